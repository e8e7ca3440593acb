/* The ciphers of the exchange, on libcrypto. What each is for: docs/protocol.md, suites 1 to 3. */
#ifndef CRYPTO_H
#define CRYPTO_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(uint8_t *out, size_t length);

/* RFC 4493. The key has 16 or 32 bytes, the tag 16. */
void cmac(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length, uint8_t tag[16]);

/* SP 800-108 in counter mode: as many bytes as the key has. The label has four letters. */
void kdf(const uint8_t *key, size_t key_length, const char *label, const uint8_t *context, size_t length, uint8_t *out);

/* AES-CCM with a nonce of 13 bytes and a tag of 8 behind the ciphertext. Opening gives 0 when the tag is wrong. */
void ccm_seal(const uint8_t *key, size_t key_length, const uint8_t nonce[13], const uint8_t *associated, size_t associated_length,
              const uint8_t *plain, size_t length, uint8_t *sealed);
int ccm_open(const uint8_t *key, size_t key_length, const uint8_t nonce[13], const uint8_t *associated, size_t associated_length,
             const uint8_t *sealed, size_t length, uint8_t *plain);

/* RFC 3394. Gives 0 when the wrapped key does not open. */
int unwrap_key(const uint8_t *key, size_t key_length, const uint8_t *wrapped, size_t length, uint8_t *out);

/* Triple-DES with two keys, K1 | K2, over whole blocks of 8 bytes. */
void des_encrypt(const uint8_t key[16], const uint8_t *in, size_t length, uint8_t *out);
void des_decrypt(const uint8_t key[16], const uint8_t *in, size_t length, uint8_t *out);

/* Sig of suite 1: CBC-MAC, zeros up to the next multiple of 8. At most 255 bytes. */
void cbc_mac(const uint8_t key[16], const uint8_t *data, size_t length, uint8_t tag[8]);

/* In a time that does not tell where two tags differ. */
int same(const uint8_t *a, const uint8_t *b, size_t length);

#endif
