package io.concordkv.client;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;

/// Why a call failed. The kinds differ in what is known about a write: [Rejected] and [Unreachable]
/// did not happen, [OutcomeUnknown] may have.
public abstract sealed class ClientException extends RuntimeException {
  private ClientException(String message, Throwable cause) {
    super(message, cause);
  }

  /// A server answered, and the answer is no.
  public static final class Rejected extends ClientException {
    private final Status.Code code;
    private final Endpoint endpoint;

    Rejected(Status.Code code, String message, Endpoint endpoint, Throwable cause) {
      super(message, cause);
      this.code = code;
      this.endpoint = endpoint;
    }

    public Status.Code code() {
      return code;
    }

    public Endpoint endpoint() {
      return endpoint;
    }
  }

  /// What was asked for is older than the oldest revision that can still be read.
  public static final class Compacted extends ClientException {
    private final long revision;

    Compacted(long revision) {
      super("etcdserver: mvcc: required revision has been compacted", new CompactedAt(revision));
      this.revision = revision;
    }

    /// The oldest revision that can be watched from.
    public long revision() {
      return revision;
    }
  }

  /// No endpoint could be connected to, so nothing was sent.
  public static final class Unreachable extends ClientException {
    private final List<Failure> failures;

    Unreachable(List<Failure> failures, Throwable cause) {
      super(text(failures), cause);
      this.failures = List.copyOf(failures);
    }

    /// One for each endpoint, in the order in which they were tried.
    public List<Failure> failures() {
      return failures;
    }

    private static String text(List<Failure> failures) {
      var first = failures.getFirst();
      return "cannot reach "
          + first.endpoint()
          + ": "
          + first.reason()
          + " ("
          + (failures.size() == 1 ? "1 endpoint" : failures.size() + " endpoints")
          + " tried, 0 answered)";
    }
  }

  /// The write was sent and no answer came: it may have been done. It is never sent again by
  /// itself.
  public static final class OutcomeUnknown extends ClientException {
    private final Endpoint endpoint;

    OutcomeUnknown(String call, Endpoint endpoint, String reason, Throwable cause) {
      super(call + " at " + endpoint + " may or may not have been applied: " + reason, cause);
      this.endpoint = endpoint;
    }

    public Endpoint endpoint() {
      return endpoint;
    }
  }

  /// A read that nobody answered in time.
  public static final class Overdue extends ClientException {
    Overdue(String call, Endpoint endpoint, Duration timeout, String reason, Throwable cause) {
      super(
          call
              + " at "
              + endpoint
              + " was not answered within "
              + timeout.toMillis()
              + " ms: "
              + reason,
          cause);
    }
  }

  /// @param reason in words, as `connection refused`
  public record Failure(Endpoint endpoint, String reason) {}

  private static final class CompactedAt extends RuntimeException {
    CompactedAt(long revision) {
      super("compacted at revision " + revision, null, false, false);
    }
  }
}
