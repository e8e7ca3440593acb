import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useConsoleWords } from '../locale.tsx';

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly close: () => void;
  /** Of a form that needs room beside its labels. */
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/** A form above the page, which is left with Escape, its cross or Cancel. */
export function Dialog({ title, isOpen, close, isWide = false, children }: DialogProps): ReactNode {
  const shared = useConsoleWords();
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      closeOnClickOutside={false}
      title={title}
      size={isWide ? 'lg' : 'md'}
      closeButtonProps={{ 'aria-label': shared.close }}
      styles={{ title: { fontWeight: 650 } }}
    >
      {children}
    </Modal>
  );
}
