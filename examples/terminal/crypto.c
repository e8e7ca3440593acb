#include "crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A library that cannot compute leaves nothing to go on with: no answer is better than one that was not checked. */
static void must(int done, const char *what) {
  if (done) return;
  fprintf(stderr, "libcrypto failed: %s\n", what);
  abort();
}

void random_bytes(uint8_t *out, size_t length) { must(RAND_bytes(out, (int)length) == 1, "random bytes"); }

int same(const uint8_t *a, const uint8_t *b, size_t length) { return CRYPTO_memcmp(a, b, length) == 0; }

void cmac(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length, uint8_t tag[16]) {
  char cipher[] = "AES-128-CBC";
  if (key_length == 32) memcpy(cipher, "AES-256-CBC", sizeof cipher);
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0), OSSL_PARAM_construct_end()};
  size_t written = 0;
  EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "CMAC", NULL);
  EVP_MAC_CTX *mac = EVP_MAC_CTX_new(algorithm);
  must(mac && EVP_MAC_init(mac, key, key_length, parameters) && EVP_MAC_update(mac, data, length) &&
           EVP_MAC_final(mac, tag, &written, 16) && written == 16,
       "CMAC");
  EVP_MAC_CTX_free(mac);
  EVP_MAC_free(algorithm);
}

void kdf(const uint8_t *key, size_t key_length, const char *label, const uint8_t *context, size_t length, uint8_t *out) {
  /* counter | label | 00 | context | L in bits; the longest context has 43 bytes. */
  uint8_t input[1 + 4 + 1 + 64 + 2];
  size_t at = 0, bits = key_length * 8;
  must(length <= 64, "a context of at most 64 bytes");
  input[at++] = 1;
  memcpy(input + at, label, 4), at += 4;
  input[at++] = 0;
  memcpy(input + at, context, length), at += length;
  input[at++] = (uint8_t)(bits >> 8);
  input[at++] = (uint8_t)bits;
  for (size_t block = 0; block < key_length / 16; block++) {
    input[0] = (uint8_t)(block + 1);
    cmac(key, key_length, input, at, out + 16 * block);
  }
}

void ccm_seal(const uint8_t *key, size_t key_length, const uint8_t nonce[13], const uint8_t *associated, size_t associated_length,
              const uint8_t *plain, size_t length, uint8_t *sealed) {
  int written = 0;
  uint8_t nothing = 0;
  EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
  must(c && EVP_EncryptInit_ex(c, key_length == 32 ? EVP_aes_256_ccm() : EVP_aes_128_ccm(), NULL, NULL, NULL) &&
           EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 13, NULL) && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 8, NULL) &&
           EVP_EncryptInit_ex(c, NULL, NULL, key, nonce) && EVP_EncryptUpdate(c, NULL, &written, NULL, (int)length) &&
           EVP_EncryptUpdate(c, NULL, &written, associated, (int)associated_length) &&
           EVP_EncryptUpdate(c, sealed, &written, length ? plain : &nothing, (int)length) &&
           EVP_EncryptFinal_ex(c, sealed + length, &written) && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 8, sealed + length),
       "CCM");
  EVP_CIPHER_CTX_free(c);
}

int ccm_open(const uint8_t *key, size_t key_length, const uint8_t nonce[13], const uint8_t *associated, size_t associated_length,
             const uint8_t *sealed, size_t length, uint8_t *plain) {
  int written = 0;
  uint8_t tag[8];
  if (length < 8) return 0;
  memcpy(tag, sealed + length - 8, 8);
  EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
  must(c && EVP_DecryptInit_ex(c, key_length == 32 ? EVP_aes_256_ccm() : EVP_aes_128_ccm(), NULL, NULL, NULL) &&
           EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 13, NULL) && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 8, tag) &&
           EVP_DecryptInit_ex(c, NULL, NULL, key, nonce) && EVP_DecryptUpdate(c, NULL, &written, NULL, (int)(length - 8)) &&
           EVP_DecryptUpdate(c, NULL, &written, associated, (int)associated_length),
       "CCM");
  int right = EVP_DecryptUpdate(c, plain, &written, sealed, (int)(length - 8)) > 0;
  EVP_CIPHER_CTX_free(c);
  return right;
}

int unwrap_key(const uint8_t *key, size_t key_length, const uint8_t *wrapped, size_t length, uint8_t *out) {
  int written = 0;
  EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
  must(c != NULL, "key wrap");
  EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  must(EVP_DecryptInit_ex(c, key_length == 32 ? EVP_aes_256_wrap() : EVP_aes_128_wrap(), NULL, key, NULL), "key wrap");
  int right = EVP_DecryptUpdate(c, out, &written, wrapped, (int)length) > 0 && (size_t)written == length - 8;
  EVP_CIPHER_CTX_free(c);
  return right;
}

static void des(const EVP_CIPHER *mode, int encrypt, const uint8_t key[16], const uint8_t *in, size_t length, uint8_t *out) {
  static const uint8_t zero[8];
  int written = 0;
  EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
  must(c && EVP_CipherInit_ex(c, mode, NULL, key, zero, encrypt) && EVP_CIPHER_CTX_set_padding(c, 0) &&
           EVP_CipherUpdate(c, out, &written, in, (int)length) && (size_t)written == length,
       "triple-DES");
  EVP_CIPHER_CTX_free(c);
}

void des_encrypt(const uint8_t key[16], const uint8_t *in, size_t length, uint8_t *out) {
  des(EVP_des_ede_ecb(), 1, key, in, length, out);
}

void des_decrypt(const uint8_t key[16], const uint8_t *in, size_t length, uint8_t *out) {
  des(EVP_des_ede_ecb(), 0, key, in, length, out);
}

void cbc_mac(const uint8_t key[16], const uint8_t *data, size_t length, uint8_t tag[8]) {
  uint8_t padded[256] = {0}, chained[256];
  size_t whole = (length + 7) / 8 * 8;
  must(length <= 255, "a signature over at most 255 bytes");
  memcpy(padded, data, length);
  des(EVP_des_ede_cbc(), 1, key, padded, whole, chained);
  memcpy(tag, chained + whole - 8, 8);
}
