package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// A file of pages. Any thread reads; one worker at a time writes.
final class TreeFile {
  /// Behind the name of a file that does not count yet.
  static final String UNFINISHED = ".new";

  final long number;
  final int unitBytes;
  final Space space;
  private final FileSystem files;
  private final String directory;
  private final PageCache cache;
  private final StoredFile stored;
  private final String path;
  private final Heads heads;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicLong bytes = new AtomicLong();

  /// How many leaves were wanted by a get, and how many pages had to be read.
  private final LongAdder wanted = new LongAdder();

  private final LongAdder missed = new LongAdder();

  private TreeFile(
      FileSystem files,
      String directory,
      long number,
      StoredFile stored,
      Heads heads,
      Setup setup) {
    this.files = files;
    this.directory = directory;
    this.number = number;
    this.stored = stored;
    this.path = stored.path();
    this.heads = heads;
    this.unitBytes = setup.unitBytes;
    this.cache = new PageCache(setup.cacheBytes);
    this.space = new Space(cache);
    bytes.set(stored.size());
  }

  private record Setup(int unitBytes, long cacheBytes) {}

  /// Opens the file `number`, which has a valid head.
  static TreeFile open(FileSystem files, String directory, long number, BPlusTreeOptions options) {
    var stored = files.open(PageFormat.path(directory, number), Mode.WRITE);
    try {
      var heads = Heads.read(stored, number);
      var head = heads.newest();
      var setup = new Setup(head.unitBytes(), options.cacheBytes());
      var file = new TreeFile(files, directory, number, stored, heads, setup);
      if (head.space() != PageFormat.NOWHERE) {
        file.loadSpace(head);
      }
      file.space.reserve(file.headUnits());
      return file;
    } catch (Error | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  /// The file `number`, which `stored` is, to be read only, whatever its head says.
  static TreeFile reading(
      FileSystem files, String directory, long number, StoredFile stored, int unitBytes) {
    var setup = new Setup(unitBytes, 0);
    return new TreeFile(files, directory, number, stored, Heads.none(stored, number), setup);
  }

  /// Begins a file that counts only once it has been [#publish]ed.
  static TreeFile create(
      FileSystem files, String directory, long number, BPlusTreeOptions options) {
    var stored = files.open(unfinished(directory, number), Mode.CREATE);
    var setup = new Setup(options.unitBytes(), options.cacheBytes());
    var heads = Heads.none(stored, number);
    var file = new TreeFile(files, directory, number, stored, heads, setup);
    file.space.reserve(file.headUnits());
    return file;
  }

  static String unfinished(String directory, long number) {
    return PageFormat.path(directory, number) + UNFINISHED;
  }

  Head head() {
    return heads.newest();
  }

  /// The page that was written to `place` in `generation`.
  ///
  /// @param kind the level of the tree on which it is, or one of the [PageFormat]'s kinds; a page
  ///   of another kind is damage
  Page page(long place, long generation, int kind, boolean used) {
    var cached = cache.get(place, generation, used);
    if (cached != null) {
      return checked(cached, kind);
    }
    missed.increment();
    var page = read(place, generation, kind);
    cache.put(page, used);
    return page;
  }

  /// As [#page], but leaves the cache as it is: for a page that will soon be gone.
  Page peek(long place, long generation, int kind) {
    var cached = cache.get(place, generation, false);
    return cached == null ? read(place, generation, kind) : checked(cached, kind);
  }

  /// As [#page], but past the cache.
  Page read(long place, long generation, int kind) {
    long start = PageFormat.unit(place) * unitBytes;
    long room = Math.min((long) PageFormat.units(place) * unitBytes, bytes.get() - start);
    var data = new byte[Math.clamp(room, 0, PageFormat.MAX_BYTES)];
    int count = stored.read(start, ByteBuffer.wrap(data));
    int said =
        count < PageFormat.HEADER_BYTES ? 0 : (int) PageFormat.INT.get(data, PageFormat.LENGTH_AT);
    if (said < PageFormat.HEADER_BYTES || said > count) {
      throw damaged(place, "it has no sensible length");
    }
    var position = new PageFormat.Position(number, place);
    if (PageFormat.crc(data, said, position) != (int) PageFormat.INT.get(data, 0)) {
      throw damaged(place, "the checksum does not match");
    }
    var page = new Page(said == data.length ? data : Arrays.copyOf(data, said), place);
    if (page.generation != generation) {
      throw damaged(place, "it is of generation " + page.generation + " and not of " + generation);
    }
    if (!page.isWhole()) {
      throw damaged(place, "its cells do not lie in it");
    }
    return checked(page, kind);
  }

  private Page checked(Page page, int kind) {
    if (!page.is(kind)) {
      throw damaged(page.place, "it is of another kind than what leads to it says");
    }
    return page;
  }

  private CorruptionError damaged(long place, String why) {
    return PageFormat.damaged(path, place, unitBytes, why);
  }

  /// The leaf that begins at `unit`; null if none that is whole does.
  @Nullable Page leafAt(long unit) {
    var header = ByteBuffer.allocate(PageFormat.HEADER_BYTES);
    int read = stored.read(unit * unitBytes, header);
    int length = read < PageFormat.HEADER_BYTES ? 0 : header.getInt(PageFormat.LENGTH_AT);
    if (length < PageFormat.HEADER_BYTES
        || header.get(PageFormat.TYPE_AT) != PageFormat.LEAF
        || header.getInt(PageFormat.COUNT_AT) < 1
        || length > bytes.get() - unit * unitBytes) {
      return null;
    }
    int units = (length + unitBytes - 1) / unitBytes;
    try {
      var place = PageFormat.place(unit, units);
      return read(place, header.getLong(PageFormat.GENERATION_AT), 0);
    } catch (CorruptionError damaged) {
      return null;
    }
  }

  String path() {
    return path;
  }

  /// The value of a pair; that of a small one is a copy, so that it does not keep the page.
  Bytes value(Page leaf, int index, boolean used) {
    var small = leaf.smallValue(index);
    return small != null
        ? small
        : page(leaf.largePlace(index), leaf.largeGeneration(index), PageFormat.OF_A_VALUE, used)
            .content();
  }

  /// Puts a page that was just written into the cache. A leaf has to be wanted to stay there.
  void keep(Page page) {
    cache.put(page, !page.isLeaf());
  }

  void write(long unit, ByteBuffer source) {
    if (!closed.get()) {
      long end = unit * unitBytes + source.remaining();
      stored.write(unit * unitBytes, source);
      bytes.accumulateAndGet(end, Math::max);
    }
  }

  void sync() {
    if (!closed.get()) {
      stored.sync();
    }
  }

  /// Makes `head` count, durably. All that it leads to is synced.
  void commit(Head head) {
    if (!closed.get()) {
      heads.write(head);
      bytes.accumulateAndGet(Head.SLOTS_BYTES, Math::max);
    }
  }

  /// Cuts off what is free at the end.
  void shrink() {
    long end = Math.max(space.end(), headUnits()) * unitBytes;
    if (!closed.get() && bytes.get() > end) {
      stored.truncate(end);
      bytes.set(end);
    }
  }

  long bytes() {
    return bytes.get();
  }

  void wanted() {
    wanted.increment();
  }

  /// How many leaves that a get wanted were in memory, about.
  long hits() {
    return Math.max(0, wanted.sum() - missed.sum());
  }

  long misses() {
    return missed.sum();
  }

  long cachedBytes() {
    return cache.bytes();
  }

  /// Checks the head as it lies in the file.
  void checkHead() {
    Heads.check(stored, number);
  }

  /// From now on nothing is written: another engine may own the directory.
  void stop() {
    closed.set(true);
  }

  boolean isStopped() {
    return closed.get();
  }

  void forget() {
    cache.close();
  }

  void close() {
    stored.close();
  }

  void delete() {
    files.delete(PageFormat.path(directory, number));
  }

  /// How many units the head takes.
  long headUnits() {
    return (Head.SLOTS_BYTES + unitBytes - 1L) / unitBytes;
  }

  void loadSpace(Head head) {
    var page = read(head.space(), head.spaceGeneration(), PageFormat.OF_UNITS);
    var image = new long[page.count];
    for (int i = 0; i < image.length; i++) {
      image[i] = (long) PageFormat.LONG.get(page.data, PageFormat.HEADER_BYTES + 8 * i);
    }
    space.load(image);
    boolean empty = head.root() == PageFormat.NOWHERE;
    if (!space.contains(head.space()) || !(empty || space.contains(head.root()))) {
      throw damaged(head.space(), "it does not know of the units of the tree");
    }
  }
}
