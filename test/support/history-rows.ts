/**
 * What messages leave in the database, as statements over sets: a row of `made` for each message, and
 * from those the rows of every table, with sound hashes, so that `verify` finds nothing to say about them.
 */

/**
 * Chains records: the bodies are in canonical JSON (evidence.ts), so that the same bytes are hashed. It
 * belongs to the session.
 */
export const CHAIN = `
  create or replace function pg_temp.chain(id uuid, instants timestamptz[], bodies text[])
  returns table (seq integer, at timestamptz, body jsonb, previous_sha256 text, sha256 text)
  language plpgsql as $$
  begin
    sha256 := repeat('0', 64);
    for place in 1 .. cardinality(bodies) loop
      seq := place;
      at := instants[place];
      body := bodies[place]::jsonb;
      previous_sha256 := sha256;
      sha256 := encode(sha256(convert_to('{"at":"' || pg_temp.iso(at) || '","body":' || bodies[place]
        || ',"messageId":"' || id || '","previousSha256":"' || previous_sha256 || '","seq":' || seq
        || '}', 'UTF8')), 'hex');
      return next;
    end loop;
  end $$`;

export const ISO = `
  create or replace function pg_temp.iso(at timestamptz) returns text language sql immutable as $$
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  $$`;

/** A UUIDv7 of an instant whose random part is a hash of a word. */
export const KEY = `
  create or replace function pg_temp.key(at timestamptz, word text) returns uuid
  language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3)
      || '8' || substr(h, 4, 15))::uuid from (select md5(word) as h) as hash
  $$`;

/**
 * `made`: the messages $3 … $3 + $4 - 1, spread evenly between two instants. Every sixteenth has two
 * segments, every eighth was never reported on, every tenth is of the entity $5 and its user $6, the
 * others are of two hundred other entities.
 */
export const MADE = `
  create temporary table made on commit drop as
  select i, at, pg_temp.key(at, 'history-' || i) as message_id, 'history-' || lpad(i::text, 13, '0') as reference,
    case when i % 10 = 0 then $5::uuid else md5('entity-' || i % 200)::uuid end as entity_id,
    case when i % 10 = 0 then $6::uuid else md5('user-' || i % 200)::uuid end as user_id,
    '+346' || lpad((i * 7919 % 100000000)::text, 8, '0') as recipient,
    case when i % 16 = 1 then 2 else 1 end as segments, i % 8 <> 2 as delivered, words.text,
    encode(sha256(convert_to(words.text, 'UTF8')), 'hex') as text_sha256,
    at + interval '120 hours' as deadline,
    case when i % 8 <> 2 then at + interval '5 seconds' else at + interval '120 hours 10 minutes' end
      as settled_at,
    (select string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ',
       (floor(extract(epoch from at) / 4096)::bigint >> (15 - 5 * place) & 31)::integer + 1, 1), '' order by place)
     from generate_series(0, 3) place) || '-' || regexp_replace(upper(translate(
       substr(md5('csv-' || i), 1, 20), 'abcdef', 'GHJKMN')), '(.{4})(?=.)', '\\1-', 'g')
      as csv
  from generate_series($3::bigint, $3::bigint + $4::bigint - 1) i
  cross join lateral (select date_trunc('milliseconds',
    $1::timestamptz + ($2::timestamptz - $1::timestamptz) * ((i - $3::bigint + 0.5) / $4::bigint)::float8) as at) t
  cross join lateral (select 'Teniu una notificació nova a la seu electrònica: expedient ' || i || '.'
    || case when i % 16 = 1 then ' Disposeu de deu dies naturals per accedir-hi. '
      || repeat('Passats aquests dies es considera rebutjada. ', 2) else '' end as text) words`;

/** `parts`: each of their segments, with the report about it. */
export const PARTS = `
  create temporary table parts on commit drop as
  select message_id, at, delivered, recipient, segment, smsc_id, received_at, raw,
    pg_temp.key(received_at, 'receipt-' || smsc_id) as receipt_id,
    convert_to(text, 'UTF8') as payload, encode(sha256(raw), 'hex') as raw_sha256
  from made cross join generate_series(1, segments) segment
  cross join lateral (select (4000000000 + i * 2 + segment)::text as smsc_id,
    at + interval '2 seconds' + segment * interval '700 milliseconds' as received_at) s
  cross join lateral (select convert_to('id:' || smsc_id || ' sub:001 dlvrd:001 submit date:'
    || to_char(at at time zone 'UTC', 'YYMMDDHH24MI') || ' done date:'
    || to_char(received_at at time zone 'UTC', 'YYMMDDHH24MI')
    || ' stat:DELIVRD err:000 text:Teniu una notificaci', 'UTF8') as raw) r`;

const ACCEPTED = `'{"event":"SubmissionAcceptance","receiptDeadline":"' || pg_temp.iso(deadline)
  || '","recipient":"' || recipient || '","segmentCount":' || segments || ',"textSha256":"'
  || text_sha256 || '"}'`;
const ATTEMPT = `'{"attempt":1,"event":"RelayAttempt","operator":"' || $1 || '","segments":['
  || (select string_agg('{"number":' || segment || ',"payloadSha256":"'
    || encode(sha256(payload), 'hex') || '"}', ',' order by segment)
    from parts p where p.message_id = m.message_id) || ']}'`;
const RELAYED = `'{"accepted":[' || (select string_agg('{"answeredAt":"'
    || pg_temp.iso(at + interval '200 milliseconds') || '","number":' || segment
    || ',"smscMessageId":"' || smsc_id || '"}', ',' order by segment)
    from parts p where p.message_id = m.message_id) || '],"attempt":1,"event":"RelayToNonERDS"}'`;
const REPORTED = `(select array_agg('{"doubt":null,"errorCode":"000","event":"DeliveryReceipt",'
    || '"matchedBy":"id","messageState":"DELIVERED","operatorDoneDate":"'
    || to_char(received_at at time zone 'UTC', 'YYMMDDHH24MI') || '","rawSha256":"' || raw_sha256
    || '","receiptId":"' || receipt_id || '","receivedAt":"' || pg_temp.iso(received_at)
    || '","segment":' || segment || '}' order by segment)
    from parts p where p.message_id = m.message_id and delivered)`;
const REPORTED_AT = `(select array_agg(received_at order by segment)
    from parts p where p.message_id = m.message_id and delivered)`;
const SETTLED = `case when delivered then '{"deliveredAt":"'
    || pg_temp.iso((select max(received_at) from parts p where p.message_id = m.message_id))
    || '","event":"ContentHandover"}'
  else '{"event":"ContentHandoverFailure","reason":"noReceipt"}' end`;
const FILE_SHA256 = "md5('pdf-' || i) || md5('file-' || i)";
const KIND = "case when delivered then 'positive' else 'negative' end";
const ISSUED = `'{"csv":"' || csv || '","event":"CertificateIssued","kind":"' || ${KIND}
  || '","sha256":"' || ${FILE_SHA256} || '"}'`;

const evidence = (more: { instants: string; bodies: string }): string => `
  insert into evidence (message_id, seq, at, body, previous_sha256, sha256)
  select message_id, c.seq, c.at, c.body, c.previous_sha256, c.sha256 from made m
  cross join lateral pg_temp.chain(message_id,
    array[at, at, at + interval '200 milliseconds'] ${more.instants},
    array[${ACCEPTED}, ${ATTEMPT}, ${RELAYED}] ${more.bodies}) c
  order by message_id, c.seq`;

/** What a message has left when the operator has taken it; $1 is the operator. */
const WHEN_RELAYED = [
  `insert into messages (message_id, entity_id, user_id, client_reference, channel,
     recipient_msisdn, recipient_name, text, text_sha256, language, file_number, encoding,
     segment_count, accepted_at, receipt_deadline)
   select message_id, entity_id, user_id, reference, 'soap', recipient, 'Núria Solé', text,
     text_sha256, 'ca', '2026/' || i, 'GSM7', segments, at, deadline from made`,
  `insert into submissions (entity_id, client_reference, digest, message_id)
   select entity_id, reference, text_sha256, message_id from made`,
  `insert into charges (message_id, item, entity_id, units, at)
   select message_id, 'sms', entity_id, segments, at from made`,
  `insert into relay_attempts (message_id, segment, attempt, operator, payload, at)
   select message_id, segment, 1, $1, payload, at from parts`,
  `insert into relay_answers (message_id, segment, attempt, kind, smsc_message_id, at)
   select message_id, segment, 1, 'accepted', smsc_id, at + interval '200 milliseconds' from parts`,
];

const awaited = (until: string): string => `
  insert into awaited_segments (message_id, segment, operator, match_key, recipient, relayed_at,
    listen_until, attempt)
  select message_id, segment, $1, smsc_id, recipient, at, until, 1
  from parts cross join lateral (select at + interval '35 days' as until) u where ${until}`;

/** Of messages whose reports are still to come: they are waited for. */
export const WAITING = [
  ...WHEN_RELAYED,
  evidence({ instants: "", bodies: "" }),
  awaited("true"),
  `insert into work (lane, step, message_id, run_at, attempts, dead)
   select 0, 'settle', message_id, deadline + interval '10 minutes', 0, false from made`,
];

/** Of messages that are over, at the instant $2. Their certificates are files of an object store. */
export const FINISHED = [
  ...WHEN_RELAYED,
  evidence({
    instants: `|| coalesce(${REPORTED_AT}, '{}') || array[settled_at, settled_at + interval '1 second']`,
    bodies: `|| coalesce(${REPORTED}, '{}') || array[${SETTLED}, ${ISSUED}]`,
  }),
  `insert into receipts (receipt_id, kind, operator, link, received_at, raw, raw_sha256,
     smsc_message_id, recipient, message_state, error_code, operator_submit_date, operator_done_date)
   select receipt_id, 'deliveryReceipt', $1, $1 || '/transceiver-1', received_at, raw, raw_sha256,
     smsc_id, recipient, 'DELIVERED', '000', to_char(at at time zone 'UTC', 'YYMMDDHH24MI'),
     to_char(received_at at time zone 'UTC', 'YYMMDDHH24MI')
   from parts where delivered`,
  `insert into outcomes (message_id, kind, reason, at, settled_at)
   select message_id, case when delivered then 'delivered' else 'notDelivered' end,
     case when delivered then null else 'noReceipt' end, case when delivered then settled_at else deadline end,
     settled_at from made`,
  `insert into certificate_codes (csv, message_id, kind) select csv, message_id, ${KIND} from made`,
  `insert into certificates (message_id, kind, csv, issued_at, stamped_at, retain_until, sha256,
     object_key, object_version, object_size)
   select message_id, ${KIND}, csv, issued_at, issued_at, issued_at + interval '5 years 1 day',
     ${FILE_SHA256}, to_char(at, 'YYYY/MM/') || message_id || '/' || ${KIND} || '.pdf',
     md5('version-' || i), 60000
   from made cross join lateral (select settled_at + interval '1 second' as issued_at) s`,
  `insert into charges (message_id, item, entity_id, units, at)
   select message_id, 'certificate', entity_id, 1, settled_at + interval '1 second' from made`,
  awaited("until > $2"),
];
