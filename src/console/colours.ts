/** The colour that a variable of theme.css has in a theme, as `rgb(…)`: a canvas knows no variables. */
export function colourOf(variable: string, scheme: 'light' | 'dark'): string {
  const probe = document.createElement('i');
  probe.style.colorScheme = scheme;
  probe.style.color = `var(${variable})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
