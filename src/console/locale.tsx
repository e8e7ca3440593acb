import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { CONSOLE_WORDS, type ConsoleWords, isLanguage, LANGUAGES, type Language } from '../words/index.ts';
import { createFormat, type Format } from './format.ts';
import { useSession } from './session.tsx';

interface Locale {
  readonly language: Language;
  readonly words: ConsoleWords;
  readonly choose: (language: Language) => void;
}

const LocaleContext = createContext<Locale | undefined>(undefined);

const KEPT = 'wattpurse-language';

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept !== null && isLanguage(kept)) return kept;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return wanted ?? LANGUAGES[0];
}

export function LocaleProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = useCallback((chosen: Language) => {
    localStorage.setItem(KEPT, chosen);
    setLanguage(chosen);
  }, []);
  const locale = useMemo(() => ({ language, words: CONSOLE_WORDS[language], choose }), [language, choose]);
  return <LocaleContext value={locale}>{children}</LocaleContext>;
}

export function useLocale(): Locale {
  const locale = useContext(LocaleContext);
  if (locale === undefined) throw new Error('no language was chosen');
  return locale;
}

/** The words that all pages share. */
export const useConsoleWords = (): ConsoleWords => useLocale().words;

/** The words of one page, from its own part of the catalogue. */
export const useWords = <W,>(catalogue: Readonly<Record<Language, W>>): W => catalogue[useLocale().language];

/** Numbers, money and times as this language and this utility write them. */
export function useFormat(): Format {
  const { language } = useLocale();
  const { utility } = useSession();
  return useMemo(() => createFormat(language, utility), [language, utility]);
}
