package io.concordkv.raft;

import java.util.ArrayList;
import java.util.List;

/// What is to leave with the next Ready.
final class Outbox {
  private final List<Message> messages = new ArrayList<>(2);
  private final List<Message> messagesAfterPersist = new ArrayList<>(2);
  private final List<ReadState> readStates = new ArrayList<>(2);

  /// Leaves at once.
  void send(Message message) {
    messages.add(message);
  }

  /// Leaves once everything that was done before it is durable: it makes a promise about it.
  void promise(Message message) {
    messagesAfterPersist.add(message);
  }

  void answer(long token, long index) {
    readStates.add(new ReadState(token, index));
  }

  boolean isEmpty() {
    return messages.isEmpty() && messagesAfterPersist.isEmpty() && readStates.isEmpty();
  }

  List<Message> messages() {
    return messages;
  }

  List<Message> messagesAfterPersist() {
    return messagesAfterPersist;
  }

  List<ReadState> readStates() {
    return readStates;
  }

  void clear() {
    messages.clear();
    messagesAfterPersist.clear();
    readStates.clear();
  }
}
