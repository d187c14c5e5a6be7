package dev.cloakroom.chronicle;

import dev.cloakroom.internal.file.OwnerOnlyDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Says which processes may use a store on disk, by locks that the system releases when a process ends.
 *
 * <p>The first byte of the lock file is the gate. A process holds it while it reads and changes the state of the store.
 * Each of the next bytes belongs to a member, which holds it until it ends. An exclusive owner holds them all.
 */
/*
 * The system's locks belong to a process, and a process loses them when it closes any channel of the file. So the lock
 * file is opened only after the directory was claimed for this JVM; see OwnerOnlyDirectory.
 */
final class StoreLock implements AutoCloseable {

    /** How many processes may share a store. */
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

    /** Makes this process the exclusive owner and returns true, or returns false. Called behind the gate. */
    boolean becomeOwner() throws IOException {
        return channel.tryLock(1, MEMBERS, false) != null;
    }

    /** Makes this process a member and returns its number, or returns -1 if there are too many. Called behind the gate. */
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
