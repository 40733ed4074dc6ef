package io.concordkv.testkit;

import io.concordkv.base.env.FileSystem;

class SimFileSystemTest extends FileSystemContract {
  private final FileSystem files = new Simulation(1).env("a").files();

  @Override
  FileSystem files() {
    return files;
  }
}
