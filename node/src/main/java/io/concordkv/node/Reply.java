package io.concordkv.node;

import io.concordkv.base.ConcordException;

/// Where the answer to a request goes: exactly one of the two is called, once, on the node's loop.
public interface Reply<T> {
  void done(T answer);

  void failed(ConcordException error);
}
