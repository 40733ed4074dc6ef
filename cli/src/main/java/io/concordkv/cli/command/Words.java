package io.concordkv.cli.command;

import java.util.ArrayList;
import java.util.List;

/// Splits a line into words as a shell does: quotes of both kinds, and a backslash outside of
/// single quotes takes the next character as it is.
public final class Words {
  private Words() {}

  /// @throws IllegalArgumentException if a quote is not closed
  public static List<String> of(String line) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    var inWord = false;
    var quote = '\0';
    for (var i = 0; i < line.length(); i++) {
      var c = line.charAt(i);
      if (quote != '\0' && c == quote) {
        quote = '\0';
      } else if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
        i++;
        word.append(line.charAt(i));
        inWord = true;
      } else if (quote != '\0') {
        word.append(c);
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != '\0') {
      throw new IllegalArgumentException("the quote " + quote + " is not closed");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
