<?php
// php-soap: SOAP 1.1 and 1.2; its WS-Security header is written by hand.
[, $url, $username, $secret, $text] = $argv;
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#';

function security(string $username, string $secret, bool $digest): SoapHeader
{
    $nonce = random_bytes(16);
    $created = gmdate('Y-m-d\TH:i:s\Z');
    $password = $digest ? base64_encode(sha1($nonce . $created . $secret, true)) : $secret;
    $type = PROFILE . ($digest ? 'PasswordDigest' : 'PasswordText');
    $xml = '<w:Security xmlns:w="' . WSSE . '" xmlns:u="' . WSU . '"><w:UsernameToken>'
        . '<w:Username>' . $username . '</w:Username><w:Password Type="' . $type . '">' . $password
        . '</w:Password><w:Nonce>' . base64_encode($nonce) . '</w:Nonce><u:Created>' . $created
        . '</u:Created></w:UsernameToken></w:Security>';
    return new SoapHeader(WSSE, 'Security', new SoapVar($xml, XSD_ANYXML), true);
}

$report = ['client' => 'php-soap'];
foreach (['1.1' => SOAP_1_1, '1.2' => SOAP_1_2] as $version => $flag) {
    $client = new SoapClient($url . '?wsdl', [
        'soap_version' => $flag, 'cache_wsdl' => WSDL_CACHE_NONE, 'exceptions' => true,
    ]);
    $call = function (string $operation, array $request) use ($client, $username, $secret, $version) {
        $client->__setSoapHeaders([security($username, $secret, $version === '1.2')]);
        return $client->$operation($request);
    };
    $send = fn (string $reference, string $msisdn) => $call('SendCertifiedSms', [
        'clientReference' => $reference, 'recipient' => ['msisdn' => $msisdn], 'text' => $text,
    ]);
    $first = $send("php-$version", '+34600100000');
    $again = $send("php-$version", '+34600100000');
    $status = $call('GetStatus', ['message' => [['clientReference' => "php-$version"]]]);
    $certificate = $call('GetCertificate', ['clientReference' => 'interop-certificate'])->issued;
    try {
        $send('php-fault', '12345678');
        $code = null;
    } catch (SoapFault $fault) {
        $code = $fault->detail->ServiceFault->code;
    }
    $report[$version] = [
        'encoding' => $first->encoding,
        'repeated' => $first->messageId === $again->messageId,
        'stage' => $status->message->status->stage,
        'certificate' => hash('sha256', $certificate->pdf) === $certificate->sha256,
        'fault' => $code,
    ];
}
$report['passwordText'] = $report['passwordDigest'] = true;
echo json_encode($report), "\n";
