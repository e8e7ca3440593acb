/** The other side of a settlement: a seller to claim from, as a re-seller reaches it. */
export interface SettlementPeer {
  /**
   * Brings a message and what is answered to it. Whether it arrived is not known without an answer: it is sent again.
   * Both ends know for certain who the other is.
   */
  exchange(message: string): Promise<string | SettlementFailure>;
}

/** Why a claim or an answer is not taken. Closed; the sentence is for people. */
export interface SettlementFailure {
  readonly reason:
    | 'form-wrong'
    | 'algorithm-wrong'
    | 'key-unknown'
    | 'key-expired'
    | 'signature-wrong'
    /** It names another seller or re-seller than the two that speak. */
    | 'party-wrong'
    | 'period-wrong'
    | 'period-open'
    /** Its minutes are gone. */
    | 'period-late'
    /** Another claim for the same month was answered. */
    | 'period-answered'
    | 'period-not-closed'
    /** A corrected claim that takes the place of none that was disputed and is the last. */
    | 'correction-wrong'
    /** It does not follow the last claim. */
    | 'previous-wrong'
    /** The minutes that came with a claim are not those that it was signed for. */
    | 'minutes-wrong'
    | 'tariff-wrong'
    /** An answer to something else. */
    | 'answer-wrong'
    | 'peer-unreachable'
    | 'store-failed';
  readonly sentence: string;
}

export const SETTLEMENT_REASONS = [
  ...['form-wrong', 'algorithm-wrong', 'key-unknown', 'key-expired', 'signature-wrong', 'party-wrong'],
  ...[
    'period-wrong',
    'period-open',
    'period-late',
    'period-answered',
    'period-not-closed',
    'correction-wrong',
    'previous-wrong',
  ],
  ...['minutes-wrong', 'tariff-wrong', 'answer-wrong', 'peer-unreachable', 'store-failed'],
] as readonly SettlementFailure['reason'][];
