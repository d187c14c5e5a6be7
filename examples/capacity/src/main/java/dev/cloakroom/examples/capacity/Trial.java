package dev.cloakroom.examples.capacity;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/**
 * One store in a JVM of its own: {@code fill} fills it, measures, and waits to be killed if it is in files; {@code open}
 * opens what is there. Says {@code figure NAME VALUE} for each measurement, and anything else to be read.
 */
final class Trial {

    private static final long NOW = 1_800_000_000_000L;
    private static final long SECONDS_OF_LOAD = Long.getLong("capacity.seconds", 20);
    private static final int SMALLEST = 600;
    private static final int SPREAD = 700;

    private final Place place;
    private final long sessions;
    private final Path directory;

    private Trial(Place place, long sessions, Path directory) {
        this.place = place;
        this.sessions = sessions;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Trial trial = new Trial(Place.valueOf(arguments[1]), Long.parseLong(arguments[2]), Path.of(arguments[3]));
        if (arguments[0].equals("fill")) {
            trial.fill();
        } else {
            trial.open();
        }
    }

    private static void tell(Figure figure, double value) {
        System.out.printf(Locale.ROOT, "figure %s %.0f%n", figure, value);
    }

    private void fill() throws IOException, InterruptedException {
        long before = residentBytes();
        SessionStore store = place.open(sessions, directory);
        long start = System.nanoTime();
        for (long i = 0; i < sessions; i++) {
            store.insert(session(i, 1));
            if ((i + 1) % Math.max(1, sessions / 10) == 0) {
                System.out.printf(
                        Locale.ROOT, "  %,d sessions, %,.0f a second%n", i + 1, (i + 1) / secondsSince(start));
            }
        }
        tell(Figure.LOAD_RATE, sessions / secondsSince(start));
        System.gc();
        tell(
                Figure.HEAP,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6);
        long size = place == Place.CHRONICLE_FILES
                ? bytesOnDisk()
                : place == Place.HEAP ? usedHeap() : residentBytes() - before;
        tell(Figure.BYTES_PER_SESSION, (double) size / sessions);
        putUnderLoad(store);
        if (place != Place.CHRONICLE_FILES) {
            store.close();
            return;
        }
        start = System.nanoTime();
        store.close();
        tell(Figure.CLOSE, 1_000 * secondsSince(start));
        start = System.nanoTime();
        SessionStore again = place.open(sessions, directory);
        tell(Figure.REOPEN, 1_000 * secondsSince(start));
        System.out.println("  " + again.size() + " sessions are there again; waiting to be killed");
        System.out.println("kill");
        Thread.currentThread().join();
    }

    private void open() {
        long start = System.nanoTime();
        try (SessionStore store = place.open(sessions, directory)) {
            tell(Figure.RECOVERY, 1_000 * secondsSince(start));
            tell(Figure.RECOVERED, (double) (sessions - store.size()));
        }
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static SessionRecord session(long number, long version) {
        SplittableRandom random = new SplittableRandom(number * 31 + version);
        byte[] data = new byte[SMALLEST + random.nextInt(SPREAD)];
        random.nextBytes(data);
        return new SessionRecord(key(number), version, NOW, NOW, 1_800_000, NOW + 43_200_000, principal(number), data);
    }

    private static SessionKey key(long number) {
        SplittableRandom random = new SplittableRandom(number);
        return new SessionKey(random.nextLong(), random.nextLong());
    }

    /** Two sessions a user, and every third anonymous. */
    private static @Nullable PrincipalKey principal(long number) {
        return number % 3 == 0 ? null : new PrincipalKey(number / 3, 1);
    }

    private void putUnderLoad(SessionStore store) throws InterruptedException {
        AtomicLong longest = watchCollections();
        AtomicLong calls = new AtomicLong();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_OF_LOAD);
        Thread[] threads = new Thread[2];
        for (int thread = 0; thread < threads.length; thread++) {
            SplittableRandom random = new SplittableRandom(thread);
            threads[thread] = new Thread(() -> {
                long count = 0;
                for (; System.nanoTime() < end; count++) {
                    call(store, random);
                }
                calls.addAndGet(count);
            });
            threads[thread].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        tell(Figure.CALLS, (double) calls.get() / SECONDS_OF_LOAD);
        tell(Figure.LONGEST_GC, (double) longest.get());
    }

    private void call(SessionStore store, SplittableRandom random) {
        long number = random.nextLong(sessions);
        int choice = random.nextInt(20);
        if (choice == 0) {
            store.touch(key(number), NOW + random.nextInt(1_000_000));
            return;
        }
        SessionRecord record = store.load(key(number));
        if (record == null) {
            throw new IllegalStateException("session " + number + " is missing");
        }
        if (choice == 1) {
            store.replace(session(number, record.version() + 1));
        }
    }

    private static AtomicLong watchCollections() {
        AtomicLong longest = new AtomicLong();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector.getName().contains("Concurrent")) {
                continue; // Its duration is no pause.
            }
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (Notification notification, Object handback) -> {
                                CompositeData collection =
                                        (CompositeData) ((CompositeData) notification.getUserData()).get("gcInfo");
                                longest.accumulateAndGet((Long) collection.get("duration"), Math::max);
                            },
                            null,
                            null);
        }
        return longest;
    }

    private static long usedHeap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Returns what the process has of the machine's memory, as Linux tells it. */
    private static long residentBytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Returns what the files take of the disk, holes left out. */
    private long bytesOnDisk() throws IOException {
        Process du = new ProcessBuilder("du", "-s", "-B1", directory.toString()).start();
        String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Long.parseLong(output.substring(0, output.indexOf('\t')));
    }
}
