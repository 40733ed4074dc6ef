package io.concordkv.cli.print;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Rows in boxes, every cell in the middle of its column.
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... columns) {
    rows.add(List.of(columns).stream().map(name -> name.toUpperCase(Locale.ROOT)).toList());
  }

  public Table row(Object... cells) {
    rows.add(List.of(cells).stream().map(String::valueOf).toList());
    return this;
  }

  public void print(Out out) {
    var widths = new int[rows.getFirst().size()];
    for (var row : rows) {
      for (var i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    border(out, widths, "┌┬┐");
    line(out, widths, rows.getFirst());
    border(out, widths, "├┼┤");
    rows.stream().skip(1).forEach(row -> line(out, widths, row));
    border(out, widths, "└┴┘");
  }

  private static void border(Out out, int[] widths, String corners) {
    var text = new StringBuilder().append(corners.charAt(0));
    for (var i = 0; i < widths.length; i++) {
      text.append("─".repeat(widths[i] + 2)).append(corners.charAt(i + 1 < widths.length ? 1 : 2));
    }
    out.line(text.toString());
  }

  private static void line(Out out, int[] widths, List<String> cells) {
    var text = new StringBuilder("│");
    for (var i = 0; i < widths.length; i++) {
      var space = widths[i] - cells.get(i).length();
      text.append(" ".repeat(1 + space / 2)).append(cells.get(i));
      text.append(" ".repeat(1 + space - space / 2)).append('│');
    }
    out.line(text.toString());
  }
}
