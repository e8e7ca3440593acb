/** The quadrature voltage is held in sixteenths of a code. */
export const QUADRATURE_SCALE = 16;

/** Sums over at most 2,048 samples: below 2^53, so that a double holds them exactly. */
export class CycleSums {
  samples = 0;
  v = 0;
  i = 0;
  q = 0;
  vv = 0;
  ii = 0;
  vi = 0;
  qi = 0;

  add(v: number, i: number, q: number): void {
    this.samples++;
    this.v += v;
    this.i += i;
    this.q += q;
    this.vv += v * v;
    this.ii += i * i;
    this.vi += v * i;
    this.qi += q * i;
  }

  reset(): void {
    this.samples = 0;
    this.v = 0;
    this.i = 0;
    this.q = 0;
    this.vv = 0;
    this.ii = 0;
    this.vi = 0;
    this.qi = 0;
  }
}

/** Sums over a window of any length. */
export class WindowSums {
  v = 0n;
  i = 0n;
  q = 0n;
  vv = 0n;
  ii = 0n;
  vi = 0n;
  qi = 0n;

  fold(cycle: CycleSums): void {
    this.v += BigInt(cycle.v);
    this.i += BigInt(cycle.i);
    this.q += BigInt(cycle.q);
    this.vv += BigInt(cycle.vv);
    this.ii += BigInt(cycle.ii);
    this.vi += BigInt(cycle.vi);
    this.qi += BigInt(cycle.qi);
  }

  /** Adds half a pair of samples, weighted by 1/65536: both neighbours of an edge make its mean. */
  share(weight: number, v: number, i: number, q: number): void {
    const part = (product: number) => BigInt(Math.trunc((product * weight) / 131072));
    this.v += part(v);
    this.i += part(i);
    this.q += part(q);
    this.vv += part(v * v);
    this.ii += part(i * i);
    this.vi += part(v * i);
    this.qi += part(q * i);
  }
}
