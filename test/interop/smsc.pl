#!/usr/bin/perl
# A scripted SMSC on Net::SMPP, whose codec is not ours. Any system_id, password "secret", loopback
# only. Prints its port, then one line for each submit_sm that it takes and each report acknowledged.
# The last three digits of the recipient choose what happens.
use strict;
use warnings;
use Net::SMPP;
use IO::Select;
use Time::HiRes qw(time);

$| = 1;
my $delay = shift // 0.1;
my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0, async => 1) or die "listen: $!";
print 'port ', $listener->sockport, "\n";
my $select = IO::Select->new($listener);
my (%bound, %receiver, %met, @due, @kept);
my $next_id = 870_928_761;

my %binds = (
    0x01 => 'bind_receiver_resp',
    0x02 => 'bind_transmitter_resp',
    0x09 => 'bind_transceiver_resp',
);

sub later { my ($after, $what) = @_; push @due, [time + $after, $what]; }

sub hang_up {
    my ($link) = @_;
    $select->remove($link);
    delete $bound{$link};
    delete $receiver{$link};
    close $link;
}

# A report goes to any receiver; without one it is kept.
sub report {
    my ($how, %fields) = @_;
    my ($link) = values %receiver;
    if (!$link) { push @kept, [$how, %fields]; return; }
    $how eq 'data_sm'
        ? $link->data_sm(async => 1, %fields)
        : $link->deliver_sm(async => 1, %fields);
}

sub receipt {
    my ($pdu, $id, $stat, $state, %more) = @_;
    my $err = $more{err} // '000';
    my $text = "id:$id sub:001 dlvrd:001 submit date:2603020900 done date:2603020901 "
        . "stat:$stat err:$err text:" . ($more{text} // '');
    my %fields = (
        source_addr_ton => 1, source_addr_npi => 1, source_addr => $pdu->{destination_addr},
        dest_addr_ton => $pdu->{source_addr_ton}, dest_addr_npi => $pdu->{source_addr_npi},
        destination_addr => $pdu->{source_addr}, esm_class => 0x04, data_coding => 0,
    );
    my @tlvs = $more{bare} ? () : (
        receipted_message_id => "$id\0",
        message_state => pack('C', $state),
        ($more{err} ? (network_error_code => pack('Cn', 3, hex $more{err})) : ()),
    );
    my $form = $more{form} // 'short';
    if ($form eq 'data_sm') { report('data_sm', %fields, @tlvs); }
    elsif ($form eq 'payload') {
        report('deliver_sm', %fields, short_message => '', @tlvs, message_payload => $text);
    }
    else { report('deliver_sm', %fields, short_message => $text, @tlvs); }
}

sub submit {
    my ($link, $pdu) = @_;
    my $case = substr $pdu->{destination_addr}, -3;
    my $answer = sub {
        my ($id, $status) = @_;
        return if !$bound{$link};
        $link->submit_sm_resp(seq => $pdu->{seq}, status => $status // 0, message_id => $id);
    };
    if ($case eq '007') { return $answer->('', 0x0b); }
    if ($case eq '005' && ++$met{$pdu->{destination_addr}} <= 2) { return $answer->('', 0x58); }
    my $id = $next_id++;
    print join(' ', 'took', $id, map { $_ // '' } $pdu->{destination_addr}, $pdu->{source_addr} || '-',
        $pdu->{esm_class}, $pdu->{data_coding}, $pdu->{registered_delivery},
        $pdu->{validity_period}, unpack('H*', $pdu->{short_message})), "\n";
    if ($case eq '014') { return hang_up($link); }
    if ($case eq '404') { return $answer->($id); }
    my $deliver = sub { receipt($pdu, $id, 'DELIVRD', 2, @_) };
    if ($case eq '002') { $deliver->(); return later($delay, sub { $answer->($id) }); }
    if ($case eq '001') {
        $answer->(sprintf '%x', $id);
        return later($delay, sub { $deliver->(bare => 1) });
    }
    if ($case eq '021') { later(3, sub { $answer->($id) }); }
    elsif ($case ne '004') { $answer->($id); }
    my %plans = (
        '003' => sub { $deliver->() for 1 .. 3 },
        '008' => sub {
            receipt($pdu, $id, 'ENROUTE', 1);
            receipt($pdu, $id, 'ACCEPTD', 6);
            $deliver->();
        },
        '009' => sub { receipt($pdu, $id, 'undeliv', 5, err => '1A5') },
        '010' => sub { receipt($pdu, $id, 'EXPIRED', 3) },
        '011' => sub { $deliver->(form => 'payload') },
        '012' => sub { $deliver->(form => 'data_sm') },
        '019' => sub { receipt($pdu, $id, 'REJECTD', 8) },
    );
    later($delay, $plans{$case} // $deliver);
}

sub handle {
    my ($link, $pdu) = @_;
    my $cmd = $pdu->{cmd};
    if (my $resp = $binds{$cmd}) {
        my $right = $pdu->{password} eq 'secret';
        $link->$resp(seq => $pdu->{seq}, status => $right ? 0 : 0x0e, system_id => 'PERL');
        return if !$right;
        $bound{$link} = 1;
        if ($cmd != 0x02) {
            $receiver{$link} = $link;
            report(@$_) for splice @kept;
        }
    }
    elsif ($cmd == 0x04) { submit($link, $pdu) }
    elsif ($cmd == 0x03) {
        $link->query_sm_resp(seq => $pdu->{seq}, message_id => $pdu->{message_id},
            final_date => '', message_state => 2, error_code => 0);
    }
    elsif ($cmd == 0x15) { $link->enquire_link_resp(seq => $pdu->{seq}) }
    elsif ($cmd == 0x06) { $link->unbind_resp(seq => $pdu->{seq}); hang_up($link) }
    elsif ($cmd == 0x80000005 || $cmd == 0x80000103) { print "acknowledged $pdu->{status}\n" }
    else { printf "unexpected 0x%x\n", $cmd }
}

while (1) {
    for my $ready ($select->can_read(0.02)) {
        if ($ready == $listener) {
            my $link = $listener->accept or next;
            $select->add($link);
            next;
        }
        my $pdu = $ready->read_pdu;
        $pdu ? handle($ready, $pdu) : hang_up($ready);
    }
    my $now = time;
    my @ripe = grep { $_->[0] <= $now } @due;
    @due = grep { $_->[0] > $now } @due;
    $_->[1]->() for @ripe;
}
