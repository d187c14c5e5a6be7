package dev.cloakroom.chronicle;

import dev.cloakroom.internal.file.OwnerOnlyDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Controls which processes use a store on disk, with file locks. The system releases the locks of a process that ends.
 *
 * <p>The first byte of the lock file is the gate. A process locks it while it reads and changes the state of the store.
 * Each of the next bytes belongs to a member, which locks it until it ends. An exclusive owner locks all of them.
 */
/*
 * File locks belong to a process, and a process loses them when it closes any channel of the file. Therefore the lock
 * file is opened after the directory was claimed for this JVM; see OwnerOnlyDirectory.
 */
final class StoreLock implements AutoCloseable {

    /** The maximum number of processes that share a store. */
    static final int MEMBERS = 16;

    private final FileChannel channel;
    private final ReentrantLock inProcess = new ReentrantLock();

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens the lock file of a directory. */
    static StoreLock open(OwnerOnlyDirectory directory) throws IOException {
        return new StoreLock(directory.channel("lock", StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** A task that runs behind the gate. */
    interface Task<T> {
        T run() throws IOException;
    }

    /** Runs a task under the lock of the gate: no other process runs one at the same time. */
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

    /** Makes this process the exclusive owner. Returns whether it succeeded. Called behind the gate. */
    boolean becomeOwner() throws IOException {
        return channel.tryLock(1, MEMBERS, false) != null;
    }

    /** Makes this process a member. Returns its number, or -1 if there are too many. Called behind the gate. */
    int becomeMember() throws IOException {
        for (int member = 0; member < MEMBERS; member++) {
            if (channel.tryLock(1 + member, 1, false) != null) {
                return member;
            }
        }
        return -1;
    }

    /** Returns whether the process of another member has ended. */
    boolean hasEnded(int member) throws IOException {
        try (FileLock lock = channel.tryLock(1 + member, 1, false)) {
            return lock != null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
