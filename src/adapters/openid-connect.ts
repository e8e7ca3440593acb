import * as client from 'openid-client';
import type { IdentityProvider } from '../api/index.ts';

export interface OpenIdConnectSettings {
  /** As the provider names itself: `https://id.example`. */
  readonly issuer: string;
  /** What the provider calls this host. */
  readonly clientId: string;
  /** A provider that gave none trusts PKCE alone. */
  readonly clientSecret?: string;
  /** Of this host, as the provider knows it: `https://utility.example/api/v1/session/provider/callback`. */
  readonly callbackUrl: string;
  /** The claim that is the login here; `preferred_username` where absent. Nobody may choose it for themselves. */
  readonly claim?: string;
}

const CLAIM_USUAL = 'preferred_username';
const NOT_VALID = 'What the identity provider sent is not valid, or no longer: log in again.';

type Claims = Readonly<Record<string, unknown>>;

/** What a browser keeps while it is away: none of it is of use to anybody else. */
interface Kept {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * OpenID Connect, authorisation code flow with PKCE, state and nonce. The provider is asked for its metadata when the
 * first person comes, and again after it did not answer.
 */
export class OpenIdConnect implements IdentityProvider {
  readonly #settings: OpenIdConnectSettings;
  #found: Promise<client.Configuration> | undefined;

  constructor(settings: OpenIdConnectSettings) {
    this.#settings = settings;
  }

  async begin(): Promise<{ readonly url: string; readonly kept: string } | undefined> {
    const configuration = await this.#configuration();
    if (configuration === undefined) return undefined;
    const kept: Kept = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#settings.callbackUrl,
      scope: 'openid profile',
      code_challenge: await client.calculatePKCECodeChallenge(kept.verifier),
      code_challenge_method: 'S256',
      state: kept.state,
      nonce: kept.nonce,
    });
    return { url: url.href, kept: Buffer.from(JSON.stringify(kept)).toString('base64url') };
  }

  async finish(query: string, text: string): Promise<{ readonly login: string } | { readonly sentence: string }> {
    const kept = parseKept(text);
    const configuration = await this.#configuration();
    if (configuration === undefined) return { sentence: 'The identity provider does not answer: try again later.' };
    if (kept === undefined) return { sentence: NOT_VALID };
    const { callbackUrl, claim = CLAIM_USUAL } = this.#settings;
    try {
      const tokens = await client.authorizationCodeGrant(configuration, new URL(query, callbackUrl), {
        expectedState: kept.state,
        expectedNonce: kept.nonce,
        pkceCodeVerifier: kept.verifier,
        idTokenExpected: true,
      });
      const said: Claims = tokens.claims() ?? {};
      // Some tell who somebody is in the token, and some only when they are asked.
      const claims: Claims =
        said[claim] === undefined
          ? await client.fetchUserInfo(configuration, tokens.access_token, String(said.sub))
          : said;
      const login = claims[claim];
      if (typeof login === 'string' && login !== '') return { login };
      return { sentence: 'The identity provider does not say who you are here: ask who keeps it.' };
    } catch {
      return { sentence: NOT_VALID };
    }
  }

  async #configuration(): Promise<client.Configuration | undefined> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    const authentication = clientSecret === undefined ? client.None() : undefined;
    // A provider on the same machine needs no TLS.
    const options = url.protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : undefined;
    this.#found ??= client.discovery(url, clientId, clientSecret, authentication, options);
    try {
      return await this.#found;
    } catch {
      this.#found = undefined;
      return undefined;
    }
  }
}

function parseKept(text: string): Kept | undefined {
  try {
    const { state, nonce, verifier } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if ([state, nonce, verifier].some((each) => typeof each !== 'string' || each === '')) return undefined;
    return { state, nonce, verifier };
  } catch {
    return undefined;
  }
}
