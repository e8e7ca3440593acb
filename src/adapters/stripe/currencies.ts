/** Money as Stripe writes it: its own smallest unit, which is not the one of ISO 4217 for every currency. */
export interface Money {
  readonly currency: string;
  readonly amount: number;
}

/** By exponent of ISO 4217, number and code together. */
const TWO = `784aed 971afn 008all 051amd 973aoa 032ars 036aud 533awg 944azn 977bam 052bbd 050bdt 060bmd 096bnd 068bob
  986brl 044bsd 072bwp 084bzd 124cad 976cdf 756chf 156cny 170cop 188crc 132cve 203czk 208dkk 214dop 012dzd 818egp
  230etb 978eur 242fjd 238fkp 826gbp 981gel 292gip 270gmd 320gtq 328gyd 344hkd 340hnl 332htg 348huf 360idr 376ils
  356inr 388jmd 404kes 417kgs 116khr 136kyd 398kzt 418lak 422lbp 144lkr 430lrd 426lsl 504mad 498mdl 807mkd 104mmk
  496mnt 446mop 480mur 462mvr 454mwk 484mxn 458myr 943mzn 516nad 566ngn 558nio 578nok 524npr 554nzd 590pab 604pen
  598pgk 608php 586pkr 985pln 634qar 946ron 941rsd 682sar 090sbd 690scr 752sek 702sgd 654shp 706sos 968srd 748szl
  764thb 972tjs 776top 949try 780ttd 901twd 834tzs 980uah 840usd 858uyu 860uzs 882wst 951xcd 886yer 710zar 967zmw`;
const NONE = '108bif 152clp 262djf 324gnf 392jpy 174kmf 410krw 600pyg 646rwf 704vnd 548vuv 950xaf 952xof 953xpf';
/** Stripe takes thousandths of them by tens alone. */
const THREE = '048bhd 400jod 414kwd 512omr 788tnd';
/** Without hundredths in ISO 4217, and written with them to Stripe; the ariary is the other way round. */
const WITH_HUNDREDTHS = '352isk 800ugx';
const WITHOUT_HUNDREDTHS = '969mga';

interface Unit {
  readonly currency: string;
  /** The host's amount is a multiple of it. */
  readonly step: number;
  /** From the host's amount to Stripe's. */
  readonly factor: number;
}

const UNITS: ReadonlyMap<number, Unit> = new Map(
  [
    ...unitsOf(`${TWO} ${NONE}`, { step: 1, factor: 1 }),
    ...unitsOf(THREE, { step: 10, factor: 1 }),
    ...unitsOf(WITH_HUNDREDTHS, { step: 1, factor: 100 }),
    ...unitsOf(WITHOUT_HUNDREDTHS, { step: 100, factor: 0.01 }),
  ].map(({ number, ...unit }) => [number, unit]),
);

function unitsOf(list: string, scale: Pick<Unit, 'step' | 'factor'>) {
  return list.split(/\s+/).map((each) => ({ number: Number(each.slice(0, 3)), currency: each.slice(3), ...scale }));
}

/**
 * @param currency ISO 4217 numeric
 * @param amount minor units of ISO 4217
 * @returns nothing where Stripe takes no such money
 */
export function moneyOf({
  currency,
  amount,
}: {
  readonly currency: number;
  readonly amount: number;
}): Money | undefined {
  const unit = UNITS.get(currency);
  if (unit === undefined || amount % unit.step !== 0) return undefined;
  return { currency: unit.currency, amount: Math.round(amount * unit.factor) };
}
