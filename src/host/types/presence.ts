/** A host process over these books, as it shows the others that it lives. */
export interface HostBeat {
  /** Drawn by the process when it began. */
  readonly id: string;
  /** So often it has said so. */
  readonly beats: number;
}
