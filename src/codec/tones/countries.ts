/**
 * Call progress tones of countries, as ITU-T E.180 supplement 2 lists them: `frequencies/cadence` in Hz and ms; no cadence: for ever;
 * `;` between the frequencies of one sounding part and the next.
 */
export interface TonesOfCountry {
  readonly dial: string;
  readonly ringback: string;
  readonly busy: string;
  readonly congestion: string;
  /** Left out: as E.180 recommends. */
  readonly information?: string;
}

/** By ISO 3166 code. */
export const COUNTRIES = {
  at: { dial: '420', ringback: '420/1000,5000', busy: '420/400,400', congestion: '420/200,200' },
  au: {
    dial: '425+450',
    ringback: '400+450/400,200,400,2000',
    busy: '425/375,375',
    congestion: '425/375,375',
  },
  be: { dial: '425', ringback: '425/1000,3000', busy: '425/500,500', congestion: '425/167,167' },
  br: { dial: '425', ringback: '425/1000,4000', busy: '425/250,250', congestion: '425/250,250,750,250' },
  ca: {
    dial: '350+440',
    ringback: '440+480/2000,4000',
    busy: '480+620/500,500',
    congestion: '480+620/250,250',
    information: '913.8;1370.6;1776.7/274,0,274,0,380,1000',
  },
  ch: { dial: '425', ringback: '425/1000,4000', busy: '425/500,500', congestion: '425/200,200' },
  cn: { dial: '450', ringback: '450/1000,4000', busy: '450/350,350', congestion: '450/700,700' },
  cz: {
    dial: '425/330,330,660,660',
    ringback: '425/1000,4000',
    busy: '425/330,330',
    congestion: '425/165,165',
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
  gb: {
    dial: '350+440',
    ringback: '400+450/400,200,400,2000',
    busy: '400/375,375',
    congestion: '400/400,350,225,525',
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
    dial: '350+440',
    ringback: '400+450/400,200,400,2000',
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
  nz: {
    dial: '400',
    ringback: '400+450/400,200,400,2000',
    busy: '400/500,500',
    congestion: '400/250,250',
  },
  pl: { dial: '425', ringback: '425/1000,4000', busy: '425/500,500', congestion: '425/250,250' },
  pt: { dial: '425', ringback: '425/1000,5000', busy: '425/500,500', congestion: '425/200,200' },
  se: { dial: '425', ringback: '425/1000,5000', busy: '425/250,250', congestion: '425/250,750' },
  us: {
    dial: '350+440',
    ringback: '440+480/2000,4000',
    busy: '480+620/500,500',
    congestion: '480+620/250,250',
    information: '913.8;1370.6;1776.7/274,0,274,0,380,1000',
  },
  za: {
    dial: '400+433',
    ringback: '400+433/400,200,400,2000',
    busy: '400/500,500',
    congestion: '400/250,250',
  },
} as const satisfies Readonly<Record<string, TonesOfCountry>>;

export type ToneCountry = keyof typeof COUNTRIES;
