package dev.cloakroom.chronicle;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Says which processes may use a store on disk, by locks that the system takes back when a process ends, however it
 * ends.
 *
 * <p>The first byte of the lock file is the gate: held for as long as a process looks at the state of the store and
 * changes it. Each of the next bytes is a member's: held for as long as the member lives. An only owner holds them all.
 */
/*
 * The system's locks belong to a process, not to a channel, and go when the process closes any channel of the file. So a
 * directory is opened once in a process, which a set of open directories sees to before the file is touched.
 */
final class StoreLock implements AutoCloseable {

    /** How many processes may share a store. */
    static final int MEMBERS = 16;

    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;
    private final ReentrantLock inProcess = new ReentrantLock();

    private StoreLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Opens the lock file of a directory.
     *
     * @throws IllegalStateException if this process has the store open already
     */
    static StoreLock open(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!OPEN.add(real)) {
            throw new IllegalStateException("the session store in " + directory + " is open in this process already");
        }
        try {
            return new StoreLock(
                    real,
                    FileChannel.open(
                            OwnerOnly.create(real.resolve("lock")), StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException | RuntimeException e) {
            OPEN.remove(real);
            throw e;
        }
    }

    /** What is done behind the gate. */
    interface Task<T> {
        T run() throws IOException;
    }

    /** Runs a task while no other process runs one. */
    <T> T behindGate(Task<T> task) throws IOException {
        inProcess.lock();
        try {
            FileLock gate = channel.lock(0, 1, false);
            try {
                return task.run();
            } finally {
                gate.release();
            }
        } finally {
            inProcess.unlock();
        }
    }

    /** Returns whether this process is the only one from now on. Called behind the gate. */
    boolean becomeOwner() throws IOException {
        return channel.tryLock(1, MEMBERS, false) != null;
    }

    /** Returns which member this process is from now on, or -1 if there are too many. Called behind the gate. */
    int becomeMember() throws IOException {
        for (int member = 0; member < MEMBERS; member++) {
            if (channel.tryLock(1 + member, 1, false) != null) {
                return member;
            }
        }
        return -1;
    }

    /** Returns whether another member's process has ended. */
    boolean hasEnded(int member) throws IOException {
        try (FileLock lock = channel.tryLock(1 + member, 1, false)) {
            return lock != null;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            OPEN.remove(directory);
        }
    }
}
