export {
  type AudioRate,
  type CodecName,
  createDecoder,
  createEncoder,
  type Decoder,
  type Encoder,
  LONGEST_FRAME_MS,
  rateOf,
  UNITS_PER_MS,
  unitsOf,
} from './codec.ts';
export { DtmfDetector, tonesOf } from './dtmf.ts';
export { ComfortNoise, silence } from './comfort.ts';
export { decode, encode, isLaw, type Law, type LawName, LAWS, transcode } from './g711.ts';
export { toneLevel, toneShare } from './goertzel.ts';
export { addTo, amplify, amplitudeOf, level, octetsOf, samplesOf, saturate, sumWithout, toSamples } from './linear.ts';
export type { OpusWishes } from './opus.ts';
export { type OpusExports, OpusWasm } from './opus-wasm.ts';
export { Concealment } from './plc.ts';
export { isOgg, readOggOpus } from './ogg-opus.ts';
export { resample, Resampler } from './resample.ts';
export { CALL_TONES, type CallTone, type Tone, ToneGenerator } from './tones.ts';
export type { ToneCountry } from './tones/countries.ts';
export { type MalformedWav, parseWav, type Recording, type WavFormat, wavHeader } from './wav.ts';
