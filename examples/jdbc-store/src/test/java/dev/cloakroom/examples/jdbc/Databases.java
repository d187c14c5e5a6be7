package dev.cloakroom.examples.jdbc;

import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** Databases in memory. */
final class Databases {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private Databases() {}

    /** Returns a pool on an empty database. H2 drops the database with its last connection. */
    static DataSource fresh() {
        JdbcConnectionPool pool = JdbcConnectionPool.create(
                "jdbc:h2:mem:sessions" + NUMBER.incrementAndGet() + ";LOCK_TIMEOUT=60000", "sa", "");
        pool.setMaxConnections(16);
        pool.setLoginTimeout(120);
        return pool;
    }
}
