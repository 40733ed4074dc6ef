package io.concordkv.testkit;

import io.concordkv.base.Check;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileException.Kind;
import io.concordkv.base.env.FileSystem;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The disk of a node, with the page cache above it and the faults that it is told to have.
///
/// Contents and names are durable on their own: content after a sync of the file, a created,
/// renamed or deleted name after a sync of its directory. At a power cut each of what is not synced
/// survives or is lost by chance, a rename always as one. Directories are durable when made.
public final class SimDisk {
  private final String node;
  private final SplittableRandom chance;
  private final TreeSet<String> directories = new TreeSet<>();
  private final TreeMap<String, SimInode> names = new TreeMap<>();
  private final TreeMap<String, SimInode> durableNames = new TreeMap<>();
  private final List<NameChange> changes = new ArrayList<>();
  private final TreeSet<String> locks = new TreeSet<>();

  /// How often each file is open.
  private final TreeMap<String, Integer> handles = new TreeMap<>();

  private long operations;
  private long deathAt = Long.MAX_VALUE;
  private boolean deathByPowerCut;
  private long spaceBytes = Long.MAX_VALUE;
  private @Nullable Astray astray;
  private @Nullable String through;
  private boolean everDamaged;
  private final Failures syncFailures = new Failures();
  private final Failures readFailures = new Failures();
  private final Failures writeFailures = new Failures();

  /// A change of names that is not durable yet: `inode` appears as `to` (unless null) and
  /// disappears as `from` (unless null).
  private record NameChange(@Nullable String from, @Nullable String to, SimInode inode) {
    boolean touches(String directory) {
      return (from != null && parent(from).equals(directory))
          || (to != null && parent(to).equals(directory));
    }
  }

  private record Astray(String path, SplittableRandom chance, boolean misdirected) {
    /// @param others files of the same kind
    boolean sync(SimInode inode, List<SimInode> others) {
      if (!misdirected) {
        return inode.syncAstray(chance, false);
      }
      return switch (chance.nextInt(4)) {
        case 0 -> inode.syncAstray(chance, true);
        case 1 -> inode.syncSwapped(chance);
        case 2 -> inode.syncExchanged(chance, List.of());
        default -> inode.syncExchanged(chance, others);
      };
    }
  }

  /// The next `left` operations on files whose path contains `path` fail.
  private static final class Failures {
    private String path = "";
    private int left;

    private void set(String path, int times) {
      this.path = path;
      left = times;
    }

    private boolean next(String of) {
      if (left > 0 && of.contains(path)) {
        left--;
        return true;
      }
      return false;
    }
  }

  SimDisk(String node, SplittableRandom chance) {
    this.node = node;
    this.chance = chance;
    directories.add("");
  }

  // Faults.

  /// The node loses power at its `count`-th file operation from now on (1 is the next one): the
  /// operation unwinds with a [PowerCut], and a random part of what is not synced is gone. A write
  /// may still have happened in part; any other operation has not.
  public void powerCutAtOperation(long count) {
    deathAt = operations + count;
    deathByPowerCut = true;
  }

  /// As [#powerCutAtOperation(long)], but only the process dies: the page cache keeps everything.
  public void killAtOperation(long count) {
    deathAt = operations + count;
    deathByPowerCut = false;
  }

  /// Takes back [#powerCutAtOperation(long)] and [#killAtOperation(long)].
  public void spare() {
    deathAt = Long.MAX_VALUE;
  }

  /// The next `times` syncs of files whose path contains `path` fail, and what they should have
  /// made durable never will be.
  public void failSyncs(String path, int times) {
    syncFailures.set(path, times);
  }

  public void failReads(String path, int times) {
    readFailures.set(path, times);
  }

  /// The next `times` writes to files whose path contains `path` fail half-way.
  public void failWrites(String path, int times) {
    writeFailures.set(path, times);
  }

  /// Leaves room for `bytes` more bytes of growth; what does not fit fails half-way with
  /// [FileException.Kind#NO_SPACE]. Overwriting needs no room. Space that is freed counts.
  public void limitSpace(long bytes) {
    spaceBytes = bytes;
  }

  /// Turns over bit `bit` (0 to 7) of the byte at `offset`.
  public void flipBit(String path, long offset, int bit) {
    corrupt(path, offset, 1 << bit);
  }

  /// Turns over the bits of `mask` in the byte at `offset`.
  public void corrupt(String path, long offset, int mask) {
    inode("corrupt", path).flip(offset, mask);
  }

  /// Turns over a bit somewhere in a file whose path contains `path`: near its end, or anywhere.
  /// Reading shows it until the place is written again. False if there is nothing to damage.
  public boolean rot(String path, SplittableRandom chance, boolean tail) {
    var found = names.keySet().stream().filter(name -> name.contains(path)).toList();
    everDamaged |= !found.isEmpty();
    return !found.isEmpty()
        && inode("damage", found.get(chance.nextInt(found.size()))).rot(chance, tail);
  }

  /// At the next sync of a file whose path contains `path` a sector does not get where it should;
  /// with `misdirected` it ends up somewhere else in the file, or all of a write does, or two
  /// writes of one length change places, in the file or with one like it beside it.
  public void writeAstray(String path, SplittableRandom chance, boolean misdirected) {
    astray = new Astray(path, chance, misdirected);
  }

  /// What is written to files whose path contains `path` is durable at once, from now on.
  public void writeThrough(String path) {
    through = path;
    names.forEach((name, inode) -> written(name, inode));
  }

  /// Whether reading some file shows something else than was written.
  public boolean isDamaged() {
    return names.values().stream().anyMatch(SimInode::isDamaged);
  }

  /// Whether reading ever showed something else than was written. What a node made of that may stay
  /// when the damage itself is gone.
  public boolean wasDamaged() {
    return everDamaged;
  }

  /// Takes back all damage that is still there, and what [#writeAstray] planned.
  public void cure() {
    astray = null;
    names.values().forEach(SimInode::cure);
    durableNames.values().forEach(SimInode::cure);
  }

  /// Power is lost: every sector and every change of names that was not synced survives or not.
  public void crash() {
    for (var change : changes) {
      if (chance.nextBoolean()) {
        apply(change);
      }
    }
    changes.clear();
    names.clear();
    names.putAll(durableNames);
    for (var inode : names.values()) {
      inode.crash(chance);
    }
  }

  /// How many file operations there were.
  public long operations() {
    return operations;
  }

  /// How many files whose path contains `part` are open.
  public long openFiles(String part) {
    return handles.keySet().stream().filter(path -> path.contains(part)).count();
  }

  /// Copies of the paths of all files, sorted.
  public List<String> paths() {
    return List.copyOf(names.navigableKeySet());
  }

  /// What the page cache has of a file.
  public byte[] content(String path) {
    var inode = inode("look at", path);
    var content = ByteBuffer.allocate((int) inode.size());
    inode.read(0, content);
    return content.array();
  }

  /// What is on the medium for certain: the disk as a power cut would leave it now if it took all
  /// that it can. To be read only.
  public FileSystem medium() {
    return new SimMedium(this, directories, durableNames);
  }

  // The file system's side.

  /// A new life of the node begins: nobody holds a lock, and no death is planned.
  void startLife() {
    locks.clear();
    handles.clear();
    deathAt = Long.MAX_VALUE;
  }

  void opened(String path) {
    handles.merge(path, 1, Integer::sum);
  }

  void closed(String path) {
    handles.computeIfPresent(path, (_, count) -> count == 1 ? null : count - 1);
  }

  /// Counts an operation; true if the node is to die in it.
  boolean diesNow() {
    return ++operations >= deathAt;
  }

  PowerCut die() {
    if (deathByPowerCut) {
      crash();
    }
    deathAt = Long.MAX_VALUE;
    return new PowerCut(node, operations);
  }

  boolean exists(String path) {
    return names.containsKey(path) || directories.contains(path);
  }

  SimInode inode(String operation, String path) {
    var inode = names.get(path);
    if (inode == null) {
      throw new FileException(Kind.NOT_FOUND, operation, path, null);
    }
    return inode;
  }

  SimInode create(String path) {
    needDirectory("create", path);
    if (directories.contains(path)) {
      throw new FileException(Kind.EXISTS, "create", path, null);
    }
    var inode = new SimInode();
    names.put(path, inode);
    changes.add(new NameChange(null, path, inode));
    return inode;
  }

  void createDirectories(String path) {
    for (var at = path; !at.isEmpty(); at = parent(at)) {
      if (names.containsKey(at)) {
        throw new FileException(Kind.EXISTS, "create directory", path, null);
      }
      directories.add(at);
    }
  }

  List<String> list(String directory) {
    if (!directories.contains(directory)) {
      throw new FileException(Kind.NOT_FOUND, "list", directory, null);
    }
    var found = new TreeSet<String>();
    addChildren(directory, names.keySet(), found);
    addChildren(directory, directories, found);
    return List.copyOf(found);
  }

  static void addChildren(String directory, Iterable<String> paths, SortedSet<String> found) {
    for (var path : paths) {
      if (!path.isEmpty() && parent(path).equals(directory)) {
        found.add(path.substring(path.lastIndexOf('/') + 1));
      }
    }
  }

  void rename(String from, String to) {
    var inode = inode("rename", from);
    needDirectory("rename to", to);
    var replaced = names.get(to);
    if (replaced != null && replaced != inode) {
      free(replaced.size());
    }
    names.remove(from);
    names.put(to, inode);
    changes.add(new NameChange(from, to, inode));
  }

  void link(String from, String to) {
    var inode = inode("link", from);
    needDirectory("link to", to);
    if (exists(to)) {
      throw new FileException(Kind.EXISTS, "link to", to, null);
    }
    names.put(to, inode);
    changes.add(new NameChange(null, to, inode));
  }

  void delete(String path) {
    if (directories.contains(path)) {
      if (!list(path).isEmpty()) {
        throw new FileException(Kind.EXISTS, "delete the full directory", path, null);
      }
      directories.remove(path);
      return;
    }
    var inode = inode("delete", path);
    names.remove(path);
    free(inode.size());
    changes.add(new NameChange(path, null, inode));
  }

  void syncDirectory(String directory) {
    if (!directories.contains(directory)) {
      throw new FileException(Kind.NOT_FOUND, "sync directory", directory, null);
    }
    for (var change : changes) {
      if (change.touches(directory)) {
        apply(change);
      }
    }
    changes.removeIf(change -> change.touches(directory));
  }

  boolean lock(String path) {
    return locks.add(path);
  }

  void unlock(String path) {
    locks.remove(path);
  }

  boolean failsSync(String path) {
    return syncFailures.next(path);
  }

  void sync(String path, SimInode inode) {
    var plan = astray;
    if (plan == null || !path.contains(plan.path)) {
      inode.sync();
    } else if (plan.sync(inode, likes(path, inode))) {
      astray = null;
      everDamaged = true;
    }
  }

  /// The other files of the directory of `path` whose names are as long as its.
  private List<SimInode> likes(String path, SimInode inode) {
    var likes = new ArrayList<SimInode>();
    names.forEach((name, other) -> {
      boolean alike = name.length() == path.length() && parent(name).equals(parent(path));
      if (alike && other != inode) {
        likes.add(other);
      }
    });
    return likes;
  }

  void written(String path, SimInode inode) {
    if (through != null && path.contains(through)) {
      inode.sync();
    }
  }

  boolean failsRead(String path) {
    return readFailures.next(path);
  }

  boolean failsWrite(String path) {
    return writeFailures.next(path);
  }

  boolean coin() {
    return chance.nextBoolean();
  }

  /// Takes room for growth from `size` to `end`; returns how far there was room.
  long grow(long size, long end) {
    long wanted = Math.max(0, end - size);
    if (wanted == 0 || spaceBytes == Long.MAX_VALUE) {
      return end;
    }
    long granted = Math.min(wanted, spaceBytes);
    spaceBytes -= granted;
    return size + granted;
  }

  void free(long bytes) {
    if (spaceBytes != Long.MAX_VALUE) {
      spaceBytes += bytes;
    }
  }

  long space() {
    return spaceBytes;
  }

  String describe(String path) {
    return node + ":" + path;
  }

  private void apply(NameChange change) {
    if (change.to != null) {
      durableNames.put(change.to, change.inode);
    }
    if (change.from != null) {
      durableNames.remove(change.from, change.inode);
    }
  }

  private void needDirectory(String operation, String path) {
    if (!directories.contains(parent(path))) {
      throw new FileException(Kind.NOT_FOUND, operation, path, null);
    }
    Check.that(!path.isEmpty(), "a file has a name");
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }
}
