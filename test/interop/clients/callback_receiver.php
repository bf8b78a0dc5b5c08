<?php
// A receiver of call-backs: php -S 127.0.0.1:8081 callback_receiver.php
// Settings come from the environment: CALLBACK_WSDL, CALLBACK_SECRET, CALLBACK_LOG.

class Receiver
{
    private bool $known = false;

    // PHP calls this for the WS-Security header.
    public function Security($header): void
    {
        $token = $header->UsernameToken;
        $password = is_object($token->Password) ? $token->Password->_ : $token->Password;
        $this->known = $token->Username === 'sms-certificat'
            && hash_equals(getenv('CALLBACK_SECRET'), $password);
    }

    public function NotifyMessageEvent($event)
    {
        if (!$this->known) {
            throw new SoapFault('Client', 'Qui ets?');
        }
        // The same eventId may come twice: a real receiver keeps it under a unique key.
        file_put_contents(getenv('CALLBACK_LOG'), json_encode($event) . "\n", FILE_APPEND);
        return new stdClass();
    }
}

$server = new SoapServer(getenv('CALLBACK_WSDL'), ['cache_wsdl' => WSDL_CACHE_NONE]);
$server->setClass(Receiver::class);
$server->handle();
