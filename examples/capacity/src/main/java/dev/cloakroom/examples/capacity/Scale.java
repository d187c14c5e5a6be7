package dev.cloakroom.examples.capacity;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Computes from measured figures how many machines a number of sessions needs, and what they send to each other.
 *
 * <p>The figures of each operation are those of {@code docs/benchmarks.md} and {@code docs/capacity.md}. They are of one
 * small machine: set your own.
 */
public final class Scale {

    private static final List<Integer> NODES = List.of(3, 5, 8, 16, 32, 64, 100);
    private static final List<Long> SESSIONS = List.of(1_000_000L, 100_000_000L, 1_000_000_000L);
    private static final int ROUNDS = 50;

    /**
     * What is known of a site.
     *
     * @param bytesPerSession the bytes of memory for one copy of a session
     * @param copies how many nodes hold each session
     * @param gibibytesPerNode the memory of a node for sessions
     * @param active the share of sessions whose browser sends requests at a time
     * @param secondsBetweenRequests the seconds between two requests of an active session
     * @param changes the share of requests that change their session
     * @param touchSeconds the touch interval: a last access is stored at most once in this time
     */
    record Site(
            double bytesPerSession,
            int copies,
            double gibibytesPerNode,
            double active,
            double secondsBetweenRequests,
            double changes,
            double touchSeconds) {

        /** A session of 1 KB, two copies, 32 GiB for sessions on each node, and the defaults of the engine. */
        static Site typical() {
            return new Site(1_213, 2, 32, 0.05, 30, 0.1, 1);
        }
    }

    /**
     * What a site needs.
     *
     * @param nodes how many nodes hold the sessions, with one lost
     * @param gibibytes the memory for sessions on the fullest node, with all nodes present
     * @param requests the requests a second on each node
     * @param writes the commits and touches a second that each node sends to the other owners
     * @param processors how many processors each node needs for them
     * @param megabytes the megabytes a second that each node sends for them
     * @param movedGibibytes what the other nodes send to each other when one node is lost
     */
    record Need(
            long nodes,
            double gibibytes,
            double requests,
            double writes,
            double processors,
            double megabytes,
            double movedGibibytes) {}

    /** The seconds of a commit between two of three nodes that share two processors: docs/benchmarks.md, "Clusters". */
    private static final double SECONDS_PER_WRITE = 208e-6;

    /** The bytes of a touch's message, and of what encloses every message. */
    private static final int MESSAGE_BYTES = 100;

    private Scale() {}

    static Need need(Site site, long sessions) {
        double total = sessions * site.bytesPerSession() * site.copies() / (1L << 30);
        long nodes = Math.max(3, (long) Math.ceil(total / site.gibibytesPerNode()));
        Ownership ownership = simulated(site, nodes);
        // More nodes than the fullest one needs, and one more to lose.
        while (total / (nodes - 1) * ownership.largest() > site.gibibytesPerNode()) {
            nodes += Math.max(1, nodes / 50);
            ownership = simulated(site, nodes);
        }
        double requests = sessions * site.active() / site.secondsBetweenRequests();
        double touches = sessions * site.active() / Math.max(site.touchSeconds(), site.secondsBetweenRequests());
        double commits = requests * site.changes();
        // A touch is stored with the commit of the same request.
        double writes = Math.max(commits, touches);
        double sent = (commits * site.bytesPerSession() + writes * MESSAGE_BYTES) * (site.copies() - 1);
        return new Need(
                nodes,
                total / nodes * ownership.largest(),
                requests / nodes,
                writes / nodes,
                writes / nodes * SECONDS_PER_WRITE,
                sent / nodes / 1e6,
                total * ownership.moved());
    }

    /** Above some hundred nodes a node has one or two of the 256 segments, and more nodes change nothing. */
    private static Ownership simulated(Site site, long nodes) {
        return Ownership.simulate((int) Math.min(nodes, Ownership.SEGMENTS), site.copies(), 5);
    }

    /** Prints both tables. Arguments: bytes per session, copies, GiB per node; or none. */
    public static void main(String[] arguments) {
        Site site = Site.typical();
        if (arguments.length == 3) {
            site = new Site(
                    Double.parseDouble(arguments[0]),
                    Integer.parseInt(arguments[1]),
                    Double.parseDouble(arguments[2]),
                    site.active(),
                    site.secondsBetweenRequests(),
                    site.changes(),
                    site.touchSeconds());
        } else if (arguments.length != 0) {
            System.err.println("Usage: Scale [BYTES-PER-SESSION COPIES GIB-PER-NODE]");
            System.exit(2);
        }
        print(site, System.out);
    }

    static void print(Site site, PrintStream out) {
        out.println("| nodes | fullest node, to the average | moved when a node joins or is lost"
                + " | local reads, sticky | the same after a join | local reads, not sticky |");
        out.println("|---:|---:|---:|---:|---:|---:|");
        for (int nodes : NODES) {
            Ownership ownership = Ownership.simulate(nodes, site.copies(), ROUNDS);
            out.printf(
                    Locale.ROOT,
                    "| %d | %.2f | %.1f %% | 100 %% | %.1f %% | %.1f %% |%n",
                    nodes,
                    ownership.largest(),
                    100 * ownership.moved(),
                    100 * ownership.localAfterJoin(),
                    100.0 * site.copies() / nodes);
        }
        out.println();
        out.println("| sessions | nodes | GiB on the fullest node | requests a second and node"
                + " | writes a second and node | processors for them | MB sent a second and node"
                + " | GiB moved when a node is lost |");
        out.println("|---:|---:|---:|---:|---:|---:|---:|---:|");
        for (long sessions : SESSIONS) {
            Need need = need(site, sessions);
            out.printf(
                    Locale.ROOT,
                    "| %,d | %d | %.1f | %,.0f | %,.0f | %.1f | %.1f | %.1f |%n",
                    sessions,
                    need.nodes(),
                    need.gibibytes(),
                    need.requests(),
                    need.writes(),
                    need.processors(),
                    need.megabytes(),
                    need.movedGibibytes());
        }
    }
}
