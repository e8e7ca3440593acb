import { Input } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { FORM_WORDS } from '../../words/index.ts';
import { useWords } from '../locale.tsx';

const FIELDS = 'input, select, textarea';
type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

interface Lack {
  readonly field: Field;
  /** Nothing was filled in; else it is written in another way than the field takes. */
  readonly isEmpty: boolean;
}

/**
 * What a form lacks that was sent, beside its field and in the language of whoever fills it in: the browser would say it
 * in a bubble of its own. The first is told, until something is written there.
 */
export function Missing(): ReactNode {
  const words = useWords(FORM_WORDS);
  const [lack, setLack] = useState<Lack>();
  useEffect(() => {
    const refused = (event: Event) => {
      const field = event.target as Field;
      event.preventDefault();
      if (firstWrongOf(field.form) !== field) return;
      field.focus();
      setLack({ field, isEmpty: field.validity.valueMissing });
    };
    const written = ({ target }: Event) => setLack((lack) => (lack?.field === target ? undefined : lack));
    // It does not rise from its field to the document, and is met on its way down.
    document.addEventListener('invalid', refused, true);
    document.addEventListener('input', written);
    return () => {
      document.removeEventListener('invalid', refused, true);
      document.removeEventListener('input', written);
    };
  }, []);
  const place = lack?.field.closest('.mantine-InputWrapper-root');
  if (lack === undefined || place == null) return null;
  return createPortal(
    <Input.Error mt={5} role="alert">
      {lack.isEmpty ? words.missing : words.wrong}
    </Input.Error>,
    place,
  );
}

const firstWrongOf = (form: HTMLFormElement | null): Field | undefined =>
  [...(form?.querySelectorAll<Field>(FIELDS) ?? [])].find(({ validity }) => !validity.valid);
