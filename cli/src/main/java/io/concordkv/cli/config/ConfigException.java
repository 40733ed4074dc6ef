package io.concordkv.cli.config;

/// A setting that cannot be used; the message names it, says where it came from and what to do.
public final class ConfigException extends RuntimeException {
  ConfigException(String message) {
    super(message, null, false, false);
  }
}
