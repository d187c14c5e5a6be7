package dev.cloakroom.jmh;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.infinispan.Cache;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.manager.DefaultCacheManager;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What the physical parts of a lookup cost by themselves, on the JDK alone: the signature check, the hash of the id, and
 * one read of a map that is much larger than the processor's caches. Each is a dependent chain, as a lookup is.
 *
 * <pre>{@code
 * java -jar jmh/target/benchmarks.jar Baseline -prof gc
 * }</pre>
 */
public class Baseline extends Measured {

    /** What a session cookie's signature is over: a session key and an id. */
    private static final int MESSAGE = 48;

    private static final int BLOCK = 64;

    /** What a session cookie with HMAC-SHA-256 has before it is encoded, and what a session of the benchmarks takes. */
    private static final int COOKIE = 69;

    private static final int SESSION = 1_000;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** The harness itself. */
    @Benchmark
    public int empty(Digests state) {
        return state.message[0];
    }

    /** The hash of an id. */
    @Benchmark
    public byte sha256(Digests state) throws GeneralSecurityException {
        state.sha256.update(state.message);
        state.sha256.digest(state.message, 0, 32);
        return state.message[0];
    }

    /** HMAC-SHA-256 with the digests' states after the keys cached and cloned: two compressions. */
    @Benchmark
    public byte hmacSha256(Digests state) throws GeneralSecurityException, CloneNotSupportedException {
        MessageDigest inner = (MessageDigest) state.inner.clone();
        inner.update(state.message);
        MessageDigest outer = (MessageDigest) state.outer.clone();
        outer.update(inner.digest());
        outer.digest(state.message, 0, 32);
        return state.message[0];
    }

    /** AES-256-CMAC: the message has whole blocks, so one of the two masks and CBC with a zero vector are all there is. */
    @Benchmark
    public byte aesCmac(Digests state) throws GeneralSecurityException {
        for (int i = 0; i < 16; i++) {
            state.message[32 + i] ^= state.mask[i];
        }
        state.aes.doFinal(state.message, 0, MESSAGE, state.encrypted, 0);
        System.arraycopy(state.encrypted, 32, state.message, 0, 16);
        return state.message[0];
    }

    /** Digests and a cipher, and what goes through them. */
    @State(Scope.Thread)
    public static class Digests {

        final byte[] message = new byte[MESSAGE];
        final byte[] encrypted = new byte[MESSAGE];
        final byte[] mask = new byte[16];
        final MessageDigest sha256;
        final MessageDigest inner;
        final MessageDigest outer;
        final Cipher aes;

        public Digests() {
            try {
                byte[] key = new byte[BLOCK];
                new SplittableRandom(1).nextBytes(key);
                sha256 = MessageDigest.getInstance("SHA-256");
                inner = MessageDigest.getInstance("SHA-256");
                inner.update(key);
                key[0]++;
                outer = MessageDigest.getInstance("SHA-256");
                outer.update(key);
                aes = Cipher.getInstance("AES/CBC/NoPadding");
                aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, 0, 32, "AES"), new IvParameterSpec(new byte[16]));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A read of a map that tells which comes next. */
    @Benchmark
    public int mapGet(Entries entries, Walk walk) {
        byte[] value = entries.map.get(entries.keys[walk.at]);
        walk.at = value == null ? 0 : (int) INT.get(value, 0);
        return walk.at;
    }

    /**
     * The header alone: one of as many as there are sessions is read once through. It is no part of the sum, but what a
     * request brings has to be read whatever one does with it.
     */
    @Benchmark
    public int headerRead(Headers headers, Walk walk) {
        String header = headers.texts[walk.at];
        walk.at =
                headers.next[(walk.at + header.indexOf(';', header.indexOf(NAME)) - headers.end) % headers.next.length];
        return walk.at;
    }

    private static final String NAME = "session=";

    /** Headers like those of {@link LookupBenchmark}. */
    @State(Scope.Benchmark)
    public static class Headers {

        @Param({"100000", "1000000"})
        int sessions;

        String[] texts = new String[0];
        int[] next = new int[0];
        int end;

        @Setup
        public void fill(BenchmarkParams params) {
            SplittableRandom random = new SplittableRandom(3);
            Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
            byte[] cookie = new byte[COOKIE];
            next = Workload.cycles(sessions, params.getThreads());
            texts = new String[sessions];
            for (int i = 0; i < sessions; i++) {
                random.nextBytes(cookie);
                texts[i] = "theme=dark; __Host-Http-session=" + base64.encodeToString(cookie) + "; lang=en";
            }
            end = texts[0].lastIndexOf(';');
        }
    }

    /** Where a thread is, of which each has entries of its own. */
    @State(Scope.Thread)
    public static class Walk {
        int at;

        @Setup
        public void start(BenchmarkParams params, ThreadParams threads) {
            at = Workload.share(
                    Integer.parseInt(params.getParam("sessions")), threads.getThreadIndex(), threads.getThreadCount());
        }
    }

    record Key(long high, long low) {
        @Override
        public int hashCode() {
            return (int) high;
        }
    }

    /** A map whose values have the size of sessions, and are read where a session would be. */
    @State(Scope.Benchmark)
    public static class Entries {

        @Param({"100000", "1000000"})
        int sessions;

        final ConcurrentHashMap<Key, byte[]> map = new ConcurrentHashMap<>();
        Key[] keys = new Key[0];

        @Setup
        public void fill(BenchmarkParams params) {
            SplittableRandom random = new SplittableRandom(2);
            int[] next = Workload.cycles(sessions, params.getThreads());
            keys = new Key[sessions];
            for (int i = 0; i < sessions; i++) {
                long high = random.nextLong();
                long low = random.nextLong();
                keys[i] = new Key(high, low);
                map.put(
                        new Key(high, low),
                        ByteBuffer.allocate(SESSION).putInt(next[i]).array());
            }
        }
    }

    /** The same with Infinispan's local cache: what a store on top of it could not be without. */
    @Benchmark
    public int infinispanGet(Cached cached, Walk walk) {
        byte[] value = cached.cache.get(cached.keys[walk.at]);
        walk.at = value == null ? 0 : (int) INT.get(value, 0);
        return walk.at;
    }

    /** A cache with the same content as the map. */
    @State(Scope.Benchmark)
    public static class Cached {

        private final DefaultCacheManager manager = new DefaultCacheManager(
                new GlobalConfigurationBuilder().nonClusteredDefault().build());

        @SuppressWarnings("NullAway.Init")
        private Cache<Key, byte[]> cache;

        private Key[] keys = new Key[0];

        @Setup
        public void fill(Entries entries) {
            manager.defineConfiguration("sessions", new ConfigurationBuilder().build());
            cache = manager.getCache("sessions");
            cache.putAll(entries.map);
            keys = entries.keys;
        }

        @TearDown
        public void stop() {
            manager.stop();
        }
    }

    /** The same with a Chronicle Map, in memory or in a file: what a store on top of it could not be without. */
    @Benchmark
    public int chronicleGet(OffHeap offHeap, Value value, Walk walk) {
        value.bytes = offHeap.map.getUsing(offHeap.keys[walk.at], value.bytes);
        walk.at = value.bytes == null ? 0 : (int) INT.get(value.bytes, 0);
        return walk.at;
    }

    /** Where a thread has what it reads copied to. */
    @State(Scope.Thread)
    public static class Value {
        byte @Nullable [] bytes = new byte[SESSION];
    }

    /** A map off the heap with the same content as the one on it, and room for twice as much. */
    @State(Scope.Benchmark)
    public static class OffHeap {

        @Param({"memory", "file"})
        String place = "";

        @SuppressWarnings("NullAway.Init")
        private ChronicleMap<byte[], byte[]> map;

        private byte[][] keys = new byte[0][];
        private @Nullable Path file;

        @Setup
        public void fill(Entries entries) throws IOException {
            ChronicleMapBuilder<byte[], byte[]> builder = ChronicleMap.of(byte[].class, byte[].class)
                    .constantKeySizeBySample(new byte[2 * Long.BYTES])
                    .constantValueSizeBySample(new byte[SESSION])
                    .entries(2L * entries.sessions)
                    .putReturnsNull(true);
            if (place.equals("file")) {
                file = Files.createTempFile("cloakroom-jmh", ".map");
                map = builder.createPersistedTo(file.toFile());
            } else {
                map = builder.create();
            }
            keys = Arrays.stream(entries.keys).map(OffHeap::bytes).toArray(byte[][]::new);
            entries.map.forEach((key, value) -> map.put(bytes(key), value));
        }

        private static byte[] bytes(Key key) {
            return ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(key.high())
                    .putLong(key.low())
                    .array();
        }

        @TearDown
        public void close() throws IOException {
            map.close();
            if (file != null) {
                Files.delete(file);
            }
        }
    }
}
