export { DigitReceiver } from './digit-receiver.ts';
export { EventScale, isSingle, type ScaledEvent } from './event-scale.ts';
export { JitterEstimate } from './jitter.ts';
export { type HeldPacket, JitterBuffer, type Taken } from './jitter-buffer.ts';
export { middleOf, ntpTime, roundTrip } from './ntp.ts';
export {
  HEADER_OCTETS,
  isRtcp,
  newHeader,
  read32,
  readHeader,
  rewriteHeader,
  type RtpHeader,
  write32,
  writeHeader,
} from './packet.ts';
export {
  type MalformedRtcp,
  type NtpTime,
  parseRtcp,
  printRtcp,
  type ReportBlock,
  type RtcpPacket,
  type SdesChunk,
  type SdesItem,
  type SenderReport,
} from './rtcp.ts';
export { extendSequence, ReceivedSequence, sequenceAhead, timestampAhead } from './sequence.ts';
export {
  digitOf,
  digitPackets,
  EVENT_OCTETS,
  eventOf,
  type EventPacket,
  MAX_DURATION,
  newEvent,
  readEvent,
  rescaleEvents,
  type TelephoneEvent,
  writeEvent,
} from './telephone-event.ts';
export { readVoipMetrics, type VoipMetrics, voipMetricsBody, XR } from './voip-metrics.ts';
