package io.concordkv.node;

import io.concordkv.base.ConcordException;
import java.util.function.Consumer;

/// Where the answer to a request goes: exactly one of the two is called, once, on the node's loop.
public interface Reply<T> {
  void done(T answer);

  void failed(ConcordException error);

  static <T> Reply<T> from(Consumer<T> done, Consumer<ConcordException> failed) {
    return new Reply<>() {
      @Override
      public void done(T answer) {
        done.accept(answer);
      }

      @Override
      public void failed(ConcordException error) {
        failed.accept(error);
      }
    };
  }
}
