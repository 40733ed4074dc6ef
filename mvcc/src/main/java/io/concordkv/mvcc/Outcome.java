package io.concordkv.mvcc;

import io.concordkv.base.ErrorCode;

/// What applying one mutation came to. A rejected one changed nothing.
public sealed interface Outcome {
  record Done(Result result) implements Outcome {}

  record Rejected(ErrorCode code) implements Outcome {}
}
