package dev.cloakroom.chronicle;

import dev.cloakroom.chronicle.KillTest.Step;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.StoreFullException;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The process that {@link KillTest} kills: writes until it is, and says what it does. */
final class KillTestWriter {

    private static final int THREADS = 2;
    private static final int LIVE = 300;

    // One system call a line, so that what was said before the kill has been said.
    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private KillTestWriter() {}

    public static void main(String[] arguments) throws IOException {
        List<List<Step>> sessions = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            sessions.add(new ArrayList<>());
        }
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); !line.equals("go"); line = in.readLine()) {
            Step step = Step.parse(line);
            sessions.get(Math.floorMod(step.key().low(), THREADS)).add(step);
        }
        say("opening");
        ChronicleSessionStore store = ChronicleSessionStore.persistedTo(Path.of(arguments[0]))
                .maxSessions(Long.parseLong(arguments[1]))
                .typicalSessionBytes(Integer.parseInt(arguments[2]))
                .build();
        say("ready");
        int run = Integer.parseInt(arguments[3]);
        for (int thread = 0; run >= 0 && thread < THREADS; thread++) {
            int number = thread;
            new Thread(() -> write(store, sessions.get(number), run, number)).start();
        }
    }

    private static void write(ChronicleSessionStore store, List<Step> sessions, int run, int thread) {
        Random random = new Random(run * 31L + thread);
        for (long count = 0; ; count++) {
            boolean add = sessions.isEmpty() || random.nextInt(LIVE) > sessions.size();
            int at = add ? sessions.size() : random.nextInt(sessions.size());
            Step before = add
                    ? Step.absent(new SessionKey(run * 1_000_000L + count, random.nextLong() / 2 * THREADS + thread))
                    : sessions.get(at);
            int choice = random.nextInt(10);
            if (!add && choice < 2) {
                say("begin " + Step.absent(before.key()));
                check(store.delete(before.key()));
                say("done " + Step.absent(before.key()));
                sessions.remove(at);
            } else if (!add && choice < 4) {
                Step touched = new Step(
                        before.key(),
                        before.version(),
                        before.lastAccess() + 1 + random.nextInt(100),
                        before.length(),
                        before.principal());
                say("begin " + touched);
                check(store.touch(touched.key(), touched.lastAccess()));
                say("done " + touched);
                sessions.set(at, touched);
            } else {
                Step next = new Step(
                        before.key(),
                        before.version() + 1,
                        before.lastAccess() + random.nextInt(2),
                        length(random, before.length()),
                        principal(random, before.principal(), store.maxSessions() > 2 * LIVE));
                say("begin " + next);
                try {
                    check(add ? store.insert(next.record()) : store.replace(next.record()));
                } catch (StoreFullException e) {
                    say("full " + next);
                    continue;
                }
                say("done " + next);
                if (add) {
                    sessions.add(next);
                } else {
                    sessions.set(at, next);
                }
            }
        }
    }

    /** At the bound nobody is anonymous: anonymous sessions would be evicted, which is no loss but looks like one. */
    private static int principal(Random random, int before, boolean mayBeAnonymous) {
        int lowest = mayBeAnonymous ? 0 : 1;
        boolean stays = before >= lowest && random.nextInt(3) > 0;
        return stays ? before : lowest + random.nextInt(Step.PRINCIPALS + 1 - lowest);
    }

    private static int length(Random random, int before) {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(200);
            case 1 -> random.nextInt(65_536);
            default -> Math.min(65_536, before + random.nextInt(700));
        };
    }

    private static void check(boolean done) {
        if (!done) {
            System.err.println("a write of a session that nobody else writes to was refused");
            Runtime.getRuntime().halt(1);
        }
    }

    private static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            Runtime.getRuntime().halt(2);
        }
    }
}
