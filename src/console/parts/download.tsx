import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { type Refusal, readFile } from '../ask.ts';
import { RefusalLine } from './fields.tsx';

interface DownloadButtonProps {
  readonly label: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** What the file is called on the disk of whoever takes it. */
  readonly file: string;
}

/** Takes what the host gives as a file; what it refuses is said beside it, instead of being kept as one. */
export function DownloadButton({ label, path, query, file }: DownloadButtonProps): ReactNode {
  const taking = useMutation<Blob, Refusal>({
    mutationFn: () => readFile(path, query),
    onSuccess: (blob) => keep(blob, file),
  });
  return (
    <div>
      <Button
        variant="default"
        size="xs"
        leftSection={<Download size={14} aria-hidden />}
        loading={taking.isPending}
        onClick={() => taking.mutate()}
      >
        {label}
      </Button>
      <RefusalLine error={taking.error} />
    </div>
  );
}

/** Puts something into a file of the browser. */
export function keep(blob: Blob, file: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}
