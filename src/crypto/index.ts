/** Block ciphers and MACs, the four suites, key sets KH -> KT -> Ks, key stores, transport keys, rings of one purpose. */
export { AES_BLOCK, AesKey, unwrapKey, wrapKey } from './aes.ts';
export * from './card-issue.ts';
export * from './card-key.ts';
export * from './ccm.ts';
export * from './chain-link.ts';
export * from './cmac.ts';
export * from './emv-key.ts';
export * from './key-ring.ts';
export {
  type KeyStore,
  KeyStoreError,
  type KeyStoreFailure,
  type MasterKeys,
  SoftwareKeyStore,
  type UtilityKeys,
} from './key-store.ts';
export * from './keyring-file.ts';
export * from './keyring-parts.ts';
export * from './names.ts';
export * from './ports.ts';
export {
  type AesSession,
  attentionTag,
  r1Refused,
  sessionAes,
  sessionTripleDes,
  sessionTripleDesXo,
  type TripleDesXoSession,
} from './session.ts';
export * from './sha256.ts';
export * from './siphash.ts';
export { deriveTerminalKey, exportTerminalKey, type TerminalKey, terminalKeyFromBytes } from './terminal-key.ts';
export { moveToToken, TokenKeyStore } from './token-key-store.ts';
export * from './transport-key.ts';
export * from './triple-des.ts';
