import { type ReactNode, useEffect, useId, useRef } from 'react';

interface DropProps {
  /** What stands in the header: a sign, a word. */
  readonly face: ReactNode;
  /** What it is called where its face says too little. */
  readonly label: string;
  readonly className?: string;
  /** Buttons and headings; a click on a button closes it, unless the button says `data-stays`. */
  readonly children: ReactNode;
}

/** A button that opens a list of things to do: the browser's own popover, so that no code waits for the first click. */
export function Drop({ face, label, className = '', children }: DropProps): ReactNode {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const place = () => {
      const box = button.current?.getBoundingClientRect();
      if (box === undefined) return;
      element.style.top = `${box.bottom + 6}px`;
      element.style.right = `${Math.max(8, innerWidth - box.right)}px`;
    };
    const close = (event: Event) => {
      if (event.target instanceof Element && event.target.closest('button:not([data-stays])') !== null) {
        element.hidePopover();
      }
    };
    element.addEventListener('beforetoggle', place);
    element.addEventListener('click', close);
    return () => {
      element.removeEventListener('beforetoggle', place);
      element.removeEventListener('click', close);
    };
  }, []);
  return (
    <>
      <button ref={button} type="button" className={`drop-face ${className}`} popoverTarget={id} aria-label={label}>
        {face}
      </button>
      <div ref={list} id={id} popover="auto" className="drop surface">
        {children}
      </div>
    </>
  );
}

interface DropItemProps {
  readonly icon?: ReactNode;
  readonly disabled?: boolean;
  /** The list stays open, so that it can be clicked again. */
  readonly stays?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export const DropItem = ({ icon, disabled = false, stays = false, onClick, children }: DropItemProps): ReactNode => (
  <button
    type="button"
    className="drop-item"
    disabled={disabled}
    onClick={onClick}
    {...(stays && { 'data-stays': '' })}
  >
    {icon}
    {children}
  </button>
);

export const DropLabel = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <div className="drop-label quiet">{children}</div>
);
