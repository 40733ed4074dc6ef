package io.concordkv.base.env;

import org.jspecify.annotations.Nullable;

/// A file operation failed: where the `IOException` of the platform ends. The message says what,
/// where and why.
public final class FileException extends RuntimeException {
  /// What a caller may want to tell apart.
  public enum Kind {
    NOT_FOUND,
    EXISTS,
    LOCKED,
    NO_SPACE,
    FAILED
  }

  private final Kind kind;

  public FileException(Kind kind, String operation, String path, @Nullable Throwable cause) {
    super(
        "cannot "
            + operation
            + " "
            + path
            + ": "
            + (cause == null ? kind.name().toLowerCase(java.util.Locale.ROOT) : cause.toString()),
        cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
