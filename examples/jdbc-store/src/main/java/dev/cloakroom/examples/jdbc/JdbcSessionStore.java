package dev.cloakroom.examples.jdbc;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.RecordTooLargeException;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.store.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps sessions in a relational database. {@code docs/writing-a-store.md} explains it rule by rule.
 *
 * <p>Several processes may share the database. The SQL is H2's; other databases name the types of the columns differently.
 * Each call takes one connection, so the data source should be a pool. The store does not close it.
 *
 * <p>Safe for use by any number of threads.
 */
public final class JdbcSessionStore implements SessionStore {

    private static final int LARGEST_DATA = 1 << 20;
    private static final int STRIPES = 256;
    private static final int ATTEMPTS = 5;
    private static final long RECOUNT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final List<String> SCHEMA = List.of(
            """
            create table if not exists cloakroom_session (
                key_high bigint not null,
                key_low bigint not null,
                version bigint not null,
                created_at bigint not null,
                last_access bigint not null,
                idle_timeout bigint not null,
                absolute_deadline bigint not null,
                deadline bigint not null,
                principal_high bigint,
                principal_low bigint,
                binding bigint,
                data varbinary(%d) not null,
                primary key (key_high, key_low))""".formatted(LARGEST_DATA),
            "create index if not exists cloakroom_by_deadline on cloakroom_session (deadline)",
            """
            create index if not exists cloakroom_by_principal
                on cloakroom_session (principal_high, principal_low, binding)""",
            """
            create table if not exists cloakroom_stripe (
                stripe int primary key,
                bindings bigint not null)""",
            """
            insert into cloakroom_stripe
                select x, 0 from system_range(0, %d)
                where not exists (select 1 from cloakroom_stripe)""".formatted(STRIPES - 1));

    private static final String COLUMNS =
            "key_high, key_low, version, created_at, last_access, idle_timeout, absolute_deadline,"
                    + " principal_high, principal_low, data";

    private final DataSource database;
    private final AtomicLong changes = new AtomicLong();
    private volatile long counted;
    private volatile long countedAt;
    private volatile boolean closed;

    private JdbcSessionStore(DataSource database) {
        this.database = database;
    }

    /**
     * Returns a store on a database. It creates its two tables if they are not there.
     *
     * @throws StoreUnavailableException if the database does not answer
     */
    public static JdbcSessionStore open(DataSource database) {
        JdbcSessionStore store = new JdbcSessionStore(Objects.requireNonNull(database, "database"));
        store.inTransaction(connection -> {
            try (Statement statement = connection.createStatement()) {
                for (String sql : SCHEMA) {
                    statement.execute(sql);
                }
            }
            return true;
        });
        store.count();
        return store;
    }

    @Override
    public @Nullable SessionRecord load(SessionKey key) {
        Objects.requireNonNull(key, "key");
        return inTransaction(connection -> find(connection, key, ""));
    }

    @Override
    public boolean insert(SessionRecord record) {
        checkSize(record);
        boolean inserted = inTransaction(connection -> {
            if (!insertRow(connection, record)) {
                return false;
            }
            bind(connection, record);
            return true;
        });
        return counted(inserted, 1);
    }

    @Override
    public boolean replace(SessionRecord record) {
        checkSize(record);
        if (record.version() == 1) {
            throw new IllegalArgumentException("a record of version 1 replaces none: insert it");
        }
        return inTransaction(connection -> {
            SessionRecord stored = lock(connection, record.key());
            if (stored == null || stored.version() != record.version() - 1) {
                return false;
            }
            SessionRecord next = record.touched(stored.lastAccess());
            updateRow(connection, next);
            if (!Objects.equals(stored.principal(), next.principal())) {
                bind(connection, next);
            }
            return true;
        });
    }

    @Override
    public boolean touch(SessionKey key, long instant) {
        Objects.requireNonNull(key, "key");
        return inTransaction(connection -> {
            SessionRecord stored = lock(connection, key);
            if (stored == null || stored.isExpired(instant)) {
                return false;
            }
            updateRow(connection, stored.touched(instant));
            return true;
        });
    }

    @Override
    public boolean delete(SessionKey key) {
        Objects.requireNonNull(key, "key");
        return counted(inTransaction(connection -> deleteRow(connection, key)), -1);
    }

    @Override
    public List<SessionRecord> byPrincipal(PrincipalKey principal) {
        Objects.requireNonNull(principal, "principal");
        String sql = "select " + COLUMNS + " from cloakroom_session"
                + " where principal_high = ? and principal_low = ? order by binding";
        return inTransaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setLong(1, principal.high());
                statement.setLong(2, principal.low());
                return records(statement);
            }
        });
    }

    @Override
    public int sweep(long now, int limit, Consumer<? super SessionRecord> removed) {
        Objects.requireNonNull(removed, "removed");
        if (System.nanoTime() - countedAt > RECOUNT_NANOS) {
            count();
        }
        int swept = 0;
        for (SessionKey key : expired(now, limit)) {
            SessionRecord record = inTransaction(connection -> {
                SessionRecord stored = lock(connection, key);
                return stored != null && stored.isExpired(now) && deleteRow(connection, key) ? stored : null;
            });
            if (counted(record != null, -1)) {
                swept++;
                removed.accept(record);
            }
        }
        return swept;
    }

    @Override
    public long size() {
        requireOpen();
        return Math.max(0, counted + changes.get());
    }

    @Override
    public boolean leavesMemory() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
    }

    private List<SessionKey> expired(long now, int limit) {
        String sql = "select key_high, key_low from cloakroom_session where deadline <= ? order by deadline limit ?";
        return inTransaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setLong(1, now);
                statement.setInt(2, limit);
                List<SessionKey> keys = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        keys.add(new SessionKey(rows.getLong(1), rows.getLong(2)));
                    }
                }
                return keys;
            }
        });
    }

    /** Counts the rows. Writes that are under way may be counted twice or not at all, until the next count. */
    private void count() {
        countedAt = System.nanoTime();
        long before = changes.get();
        long rows = inTransaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement("select count(*) from cloakroom_session");
                    ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        });
        counted = rows - before;
    }

    private boolean counted(boolean done, int change) {
        if (done) {
            changes.addAndGet(change);
        }
        return done;
    }

    // Statements. A transaction locks the row of the session first and the row of a stripe last, so none wait in a
    // circle.

    private static @Nullable SessionRecord lock(Connection connection, SessionKey key) throws SQLException {
        return find(connection, key, " for update");
    }

    private static @Nullable SessionRecord find(Connection connection, SessionKey key, String suffix)
            throws SQLException {
        String sql = "select " + COLUMNS + " from cloakroom_session where key_high = ? and key_low = ?" + suffix;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key.high());
            statement.setLong(2, key.low());
            List<SessionRecord> found = records(statement);
            return found.isEmpty() ? null : found.get(0);
        }
    }

    private static boolean insertRow(Connection connection, SessionRecord record) throws SQLException {
        String sql = """
                insert into cloakroom_session (version, created_at, last_access, idle_timeout, absolute_deadline,
                    deadline, principal_high, principal_low, data, key_high, key_low)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            fill(statement, record);
            statement.executeUpdate();
            return true;
        } catch (SQLException e) {
            if (isDuplicateKey(e)) {
                return false;
            }
            throw e;
        }
    }

    private static void updateRow(Connection connection, SessionRecord record) throws SQLException {
        String sql = """
                update cloakroom_session set version = ?, created_at = ?, last_access = ?, idle_timeout = ?,
                    absolute_deadline = ?, deadline = ?, principal_high = ?, principal_low = ?, data = ?
                where key_high = ? and key_low = ?""";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            fill(statement, record);
            statement.executeUpdate();
        }
    }

    private static void fill(PreparedStatement statement, SessionRecord record) throws SQLException {
        PrincipalKey principal = record.principal();
        statement.setLong(1, record.version());
        statement.setLong(2, record.createdAt());
        statement.setLong(3, record.lastAccess());
        statement.setLong(4, record.idleTimeout());
        statement.setLong(5, record.absoluteDeadline());
        statement.setLong(6, record.deadline());
        statement.setObject(7, principal == null ? null : principal.high());
        statement.setObject(8, principal == null ? null : principal.low());
        statement.setBytes(9, record.data());
        statement.setLong(10, record.key().high());
        statement.setLong(11, record.key().low());
    }

    private static boolean deleteRow(Connection connection, SessionKey key) throws SQLException {
        String sql = "delete from cloakroom_session where key_high = ? and key_low = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key.high());
            statement.setLong(2, key.low());
            return statement.executeUpdate() == 1;
        }
    }

    /**
     * Gives a record the next place in its principal's index. The lock on the stripe's row is held until the commit, so
     * the order of the numbers is the order of the commits.
     */
    private static void bind(Connection connection, SessionRecord record) throws SQLException {
        PrincipalKey principal = record.principal();
        if (principal == null) {
            return;
        }
        int stripe = Math.floorMod(principal.high(), STRIPES);
        try (PreparedStatement lock = connection.prepareStatement(
                        "update cloakroom_stripe set bindings = bindings + 1 where stripe = ?");
                PreparedStatement number = connection.prepareStatement(
                        "update cloakroom_session set binding = (select bindings from cloakroom_stripe where stripe = ?)"
                                + " where key_high = ? and key_low = ?")) {
            lock.setInt(1, stripe);
            lock.executeUpdate();
            number.setInt(1, stripe);
            number.setLong(2, record.key().high());
            number.setLong(3, record.key().low());
            number.executeUpdate();
        }
    }

    private static List<SessionRecord> records(PreparedStatement statement) throws SQLException {
        List<SessionRecord> records = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                long principalHigh = row.getLong(8);
                PrincipalKey principal = row.wasNull() ? null : new PrincipalKey(principalHigh, row.getLong(9));
                records.add(new SessionRecord(
                        new SessionKey(row.getLong(1), row.getLong(2)),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        principal,
                        row.getBytes(10)));
            }
        }
        return records;
    }

    // Transactions

    private interface Work<T extends @Nullable Object> {
        T run(Connection connection) throws SQLException;
    }

    private <T extends @Nullable Object> T inTransaction(Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            requireOpen();
            try {
                return attempt(work);
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !isRolledBack(e)) {
                    throw new StoreUnavailableException(
                            "the database of the sessions failed with SQL state " + e.getSQLState()
                                    + ": check that it is up, is reachable and has the tables of this store",
                            e);
                }
            }
        }
    }

    private <T extends @Nullable Object> T attempt(Work<T> work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            boolean done = false;
            try {
                T result = work.run(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw StoreUnavailableException.closed();
        }
    }

    private static void checkSize(SessionRecord record) {
        int length = record.data().length;
        if (length > LARGEST_DATA) {
            throw new RecordTooLargeException(
                    LARGEST_DATA, length, "Store less in it, or make the column data of cloakroom_session larger.");
        }
    }

    private static boolean isDuplicateKey(SQLException e) {
        return "23505".equals(e.getSQLState());
    }

    /** Returns whether the database chose the transaction as the victim of a deadlock: trying again is safe. */
    private static boolean isRolledBack(SQLException e) {
        return "40001".equals(e.getSQLState());
    }
}
