/** The enum type "Color" as Java itself writes it: type code 28, where a built enum has 38. */
public enum Color {
  RED,
  GREEN,
  BLUE
}
