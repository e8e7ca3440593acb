import { createTheme, defaultVariantColorsResolver, InputWrapper, type MantineColorsTuple } from '@mantine/core';

/** Grey that leans a little to blue: the ground on which states are the only colours. */
const ink: MantineColorsTuple = [
  ...(['#f6f7f8', '#e9ecee', '#d3d8dc', '#b4bcc3', '#8d98a2'] as const),
  ...(['#66727d', '#4b565f', '#353e46', '#21282e', '#12171b'] as const),
];

/** The grounds of the dark theme, from text to what lies deepest. */
const dark: MantineColorsTuple = [
  ...(['#eceff1', '#c3ccd3', '#9fabb5', '#6f7c87', '#3a444c'] as const),
  ...(['#2a3238', '#1b2126', '#151a1e', '#0e1215', '#0a0d0f'] as const),
];

/** Korean letters are those of the machine, where it has some: then none are loaded. */
const KOREAN = "'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', 'Nanum Gothic'";
const FAMILY = `'Inter Variable', ${KOREAN}, system-ui, sans-serif`;

export const theme = createTheme({
  fontFamily: FAMILY,
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', 'DejaVu Sans Mono', monospace",
  headings: { fontFamily: FAMILY, fontWeight: '620' },
  colors: { ink, gray: ink, dark },
  // Buttons are ink: colour is kept for states.
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 1 },
  variantColorResolver: (input) =>
    input.variant === 'filled' && (input.color ?? 'ink') === 'ink'
      ? { background: 'var(--fill)', hover: 'var(--fill-hover)', color: 'var(--fill-text)', border: 'none' }
      : defaultVariantColorsResolver(input),
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  // What must be filled in is all of a form; what need not be says so.
  components: {
    InputWrapper: InputWrapper.extend({ defaultProps: { withAsterisk: false } }),
    // A tick and a point stand on the fill of buttons, which is light in the dark theme.
    Checkbox: { defaultProps: { iconColor: 'var(--fill-text)' } },
    Radio: { defaultProps: { iconColor: 'var(--fill-text)' } },
  },
});
