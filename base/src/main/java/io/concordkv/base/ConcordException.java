package io.concordkv.base;

/// A caller's mistake, or an outcome that the caller has to deal with. The code decides what a
/// client sees; the detail is for a person.
public final class ConcordException extends RuntimeException {
  private final ErrorCode code;

  public ConcordException(ErrorCode code) {
    this(code, code.message());
  }

  public ConcordException(ErrorCode code, String detail) {
    super(detail);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }

  /// Outcomes are values here, not places in the code: no stack is needed to understand one.
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
