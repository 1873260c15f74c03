/**
 * Call progress tones of countries, as ITU-T E.180 supplement 2 lists them: `frequencies/cadence` in Hz and ms; no cadence: for ever;
 * `;` between the frequencies of one sounding part and the next. A tone that is modulated there (`400×25`) is its carrier and both
 * side bands here.
 */
export interface TonesOfCountry {
  readonly dial: string;
  readonly ringback: string;
  readonly busy: string;
  readonly congestion: string;
  /** Left out: as E.180 recommends. */
  readonly information?: string;
}

/**
 * The intercept announcement's of Telcordia SR-2275 §6: three segments whose frequencies and lengths (276 or 380 ms) tell machines why; low,
 * low, low and short, short, long is for a number that cannot be called.
 */
const NORTH_AMERICAN = '913.8;1370.6;1776.7/276,0,276,0,380,1000';

/** By ISO 3166 code. */
export const COUNTRIES = {
  at: {
    dial: '420',
    ringback: '420/1000,5000',
    busy: '420/400,400',
    congestion: '420/200,200',
    information: '950;1450;1850/330,0,330,0,330,1000',
  },
  // AS/ACIF S002: a dial tone of 413 and 438 Hz; the number-unobtainable tone stands for the information tone.
  au: {
    dial: '413+438',
    ringback: '413+438/400,200,400,2000',
    busy: '425/375,375',
    congestion: '425/375,375',
    information: '425/2500,500',
  },
  be: {
    dial: '425',
    ringback: '425/1000,3000',
    busy: '425/500,500',
    congestion: '425/167,167',
    information: '900;1400;1800/330,0,330,0,330,1000',
  },
  br: { dial: '425', ringback: '425/1000,4000', busy: '425/250,250', congestion: '425/250,250,750,250' },
  ca: {
    dial: '350+440',
    ringback: '440+480/2000,4000',
    busy: '480+620/500,500',
    congestion: '480+620/250,250',
    information: NORTH_AMERICAN,
  },
  ch: { dial: '425', ringback: '425/1000,4000', busy: '425/500,500', congestion: '425/200,200' },
  cn: {
    dial: '450',
    ringback: '450/1000,4000',
    busy: '450/350,350',
    congestion: '450/700,700',
    information: '450/100,100,100,100,100,100,400,400',
  },
  cz: {
    dial: '425/330,330,660,660',
    ringback: '425/1000,4000',
    busy: '425/330,330',
    congestion: '425/165,165',
    information: '950;1400;1800/330,30,330,30,330,1000',
  },
  de: { dial: '425', ringback: '425/1000,4000', busy: '425/480,480', congestion: '425/240,240' },
  dk: { dial: '425', ringback: '425/1000,4000', busy: '425/500,500', congestion: '425/250,250' },
  es: {
    dial: '425',
    ringback: '425/1500,3000',
    busy: '425/200,200',
    congestion: '425/200,200,200,200,200,600',
  },
  fi: { dial: '425', ringback: '425/1000,4000', busy: '425/300,300', congestion: '425/200,200' },
  fr: { dial: '440', ringback: '440/1500,3500', busy: '440/500,500', congestion: '440/250,250' },
  // BT SIN 350.
  gb: {
    dial: '350+440',
    ringback: '400+450/400,200,400,2000',
    busy: '400/375,375',
    congestion: '400/400,350,225,525',
    information: '950;1400;1800/330,15,330,15,330,1000',
  },
  gr: {
    dial: '425/200,300,700,800',
    ringback: '425/1000,4000',
    busy: '425/300,300',
    congestion: '425/200,200',
  },
  hu: { dial: '425', ringback: '425/1250,3750', busy: '425/300,300', congestion: '425/300,300' },
  ie: {
    dial: '425',
    ringback: '400+450/400,200,400,2000',
    busy: '425/500,500',
    congestion: '425/250,250',
  },
  in: {
    dial: '375+400+425',
    ringback: '375+400+425/400,200,400,2000',
    busy: '400/750,750',
    congestion: '400/250,250',
  },
  it: {
    dial: '425/200,200,600,1000',
    ringback: '425/1000,4000',
    busy: '425/500,500',
    congestion: '425/200,200',
  },
  jp: { dial: '400', ringback: '384+416/1000,2000', busy: '400/500,500', congestion: '400/500,500' },
  nl: { dial: '425', ringback: '425/1000,4000', busy: '425/500,500', congestion: '425/250,250' },
  no: { dial: '425', ringback: '425/1000,4000', busy: '425/500,500', congestion: '425/200,200' },
  // Telecom New Zealand TNA 102.
  nz: {
    dial: '400',
    ringback: '400+450/400,200,400,2000',
    busy: '400/500,500',
    congestion: '400/250,250',
    information: '400/750,100,750,100,750,100,750,400',
  },
  pl: { dial: '425', ringback: '425/1000,4000', busy: '425/500,500', congestion: '425/500,500' },
  pt: { dial: '425', ringback: '425/1000,5000', busy: '425/500,500', congestion: '425/200,200' },
  se: {
    dial: '425',
    ringback: '425/1000,5000',
    busy: '425/250,250',
    congestion: '425/250,750',
    information: '950;1400;1800/332,24,332,24,332,2024',
  },
  us: {
    dial: '350+440',
    ringback: '440+480/2000,4000',
    busy: '480+620/500,500',
    congestion: '480+620/250,250',
    information: NORTH_AMERICAN,
  },
  za: {
    dial: '367+400+433',
    ringback: '367+400+433/400,200,400,2000',
    busy: '400/500,500',
    congestion: '400/250,250',
  },
} as const satisfies Readonly<Record<string, TonesOfCountry>>;

export type ToneCountry = keyof typeof COUNTRIES;
