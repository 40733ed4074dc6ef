package io.concordkv.cli.config;

/// What the members of a cluster speak with one another.
public enum PeerWire {
  /// Frames over plain TCP: the least work.
  TCP,
  /// The same frames as messages of gRPC streams, for networks that let nothing else through.
  GRPC;

  static PeerWire of(Settings settings) {
    return switch (settings.text(Setting.PEER_TRANSPORT)) {
      case "tcp" -> TCP;
      case "grpc" -> GRPC;
      default ->
          throw new ConfigException(
              settings.origin(Setting.PEER_TRANSPORT) + " must be tcp or grpc");
    };
  }
}
