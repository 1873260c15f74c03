const SDP = [
  'v=0',
  'o=alice 53655765 2353687637 IN IP4 198.51.100.7',
  's=-',
  'c=IN IP4 198.51.100.7',
  't=0 0',
  'm=audio 49172 RTP/AVP 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');

/** An INVITE of 678 octets as a desk phone sends it: what every parser here reads. */
export const INVITE = [
  'INVITE sip:102@192.0.2.10 SIP/2.0',
  'Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK776asdhds;rport',
  'Max-Forwards: 70',
  'From: "Alice Arden" <sip:101@192.0.2.10>;tag=1928301774',
  'To: <sip:102@192.0.2.10>',
  'Call-ID: a84b4c76e66710@198.51.100.7',
  'CSeq: 314159 INVITE',
  'Contact: <sip:101@198.51.100.7:5060;transport=udp>',
  'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, REFER, NOTIFY',
  'Supported: 100rel, replaces, timer',
  'User-Agent: Rotary 4.2.107',
  'Content-Type: application/sdp',
  `Content-Length: ${SDP.length}`,
  '',
  SDP,
].join('\r\n');
