# SOAP::Lite: SOAP 1.1; its WS-Security header is written by hand; it checks no answer against a schema.
use strict;
use warnings;
use SOAP::Lite;
use Encode qw(decode_utf8);
use Digest::SHA qw(sha256_hex sha1);
use JSON::PP;
use MIME::Base64;
use POSIX qw(strftime);

my ($url, $username, $secret, $text) = @ARGV;
# A value without a type is written as it is.
$text = decode_utf8($text) =~ s/&/&amp;/gr =~ s/</&lt;/gr =~ s/>/&gt;/gr;
my $ns = 'urn:sms-certificat:v1';
my $oasis = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';

sub security {
    my ($digest) = @_;
    my $nonce = join '', map { chr int rand 256 } 1 .. 16;
    my $created = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime);
    my $password = $digest ? encode_base64(sha1($nonce . $created . $secret), '') : $secret;
    my $type = "${oasis}username-token-profile-1.0#" . ($digest ? 'PasswordDigest' : 'PasswordText');
    my $encoded = encode_base64($nonce, '');
    return SOAP::Header->type('xml' => qq{<w:Security xmlns:w="${oasis}wssecurity-secext-1.0.xsd"}
        . qq{ xmlns:u="${oasis}wssecurity-utility-1.0.xsd"><w:UsernameToken><w:Username>$username}
        . qq{</w:Username><w:Password Type="$type">$password</w:Password><w:Nonce>$encoded</w:Nonce>}
        . qq{<u:Created>$created</u:Created></w:UsernameToken></w:Security>});
}

sub call {
    my ($digest, $operation, @parts) = @_;
    my $soap = SOAP::Lite->proxy($url)->ns($ns)->autotype(0)->readable(0)->encoding('utf-8')
        ->on_action(sub { qq{"$ns/$operation"} });
    return $soap->call(SOAP::Data->name($operation)->attr({ xmlns => $ns }), security($digest), @parts);
}

sub text_of { SOAP::Data->name($_[0])->value($_[1])->type('') }

sub send_sms {
    my ($digest, $reference, $msisdn) = @_;
    return call($digest, 'SendCertifiedSms',
        text_of(clientReference => $reference),
        SOAP::Data->name('recipient')->value(\text_of(msisdn => $msisdn)),
        text_of(text => $text));
}

my $first = send_sms(0, 'soaplite-1.1', '+34600100000');
die 'fault: ' . $first->faultstring if $first->fault;
my $again = send_sms(1, 'soaplite-1.1', '+34600100000');
my $status = call(1, 'GetStatus',
    SOAP::Data->name('message')->value(\text_of(clientReference => 'soaplite-1.1')));
my $certificate = call(0, 'GetCertificate', text_of(clientReference => 'interop-certificate'));
my $issued = $certificate->valueof('//GetCertificateResponse/issued');
my $pdf = $issued->{pdf};
$pdf = decode_base64($pdf) if $pdf !~ /^%PDF/;
my $fault = send_sms(0, 'soaplite-fault', '12345678');
print encode_json({
    client => 'SOAP::Lite',
    '1.1' => {
        encoding => $first->valueof('//encoding'),
        repeated => $first->valueof('//messageId') eq $again->valueof('//messageId')
            ? JSON::PP::true : JSON::PP::false,
        stage => $status->valueof('//status/stage'),
        certificate => sha256_hex($pdf) eq $issued->{sha256} ? JSON::PP::true : JSON::PP::false,
        fault => $fault->faultdetail->{ServiceFault}{code},
    },
    passwordText => JSON::PP::true,
    passwordDigest => JSON::PP::true,
}), "\n";
