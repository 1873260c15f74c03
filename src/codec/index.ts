export { ComfortNoise, silence } from './comfort.ts';
export { type CodecName, decode, encode, type Law, LAWS, transcode } from './g711.ts';
export { toneLevel, toneShare } from './goertzel.ts';
export { addTo, amplify, amplitudeOf, level, octetsOf, samplesOf, saturate, sumWithout, toSamples } from './linear.ts';
export { resample, Resampler } from './resample.ts';
export { CALL_TONES, type CallTone, type Tone, type ToneCountry, ToneGenerator } from './tones.ts';
export { type MalformedWav, parseWav, type Recording, type WavFormat, wavHeader } from './wav.ts';
