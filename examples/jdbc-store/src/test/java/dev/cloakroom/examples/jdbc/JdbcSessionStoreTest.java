package dev.cloakroom.examples.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.RecordTooLargeException;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testkit.SessionStoreContract;
import java.sql.Connection;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The contract of every store, and what is this one's own. */
class JdbcSessionStoreTest extends SessionStoreContract {

    @Override
    protected SessionStore newStore() {
        return JdbcSessionStore.open(Databases.fresh());
    }

    @Test
    void open_databaseWithSessions_findsThemAndTheirNumber() {
        DataSource database = Databases.fresh();
        SessionRecord record = first(newKey(), new PrincipalKey(1, 2), "coat");
        try (SessionStore before = JdbcSessionStore.open(database)) {
            assertThat(before.insert(record)).isTrue();
        }

        try (SessionStore after = JdbcSessionStore.open(database)) {
            assertThat(after.load(record.key())).isEqualTo(record);
            assertThat(after.byPrincipal(new PrincipalKey(1, 2))).containsExactly(record);
            assertThat(after.size()).isEqualTo(1);
        }
    }

    @Test
    void insert_dataLargerThanTheColumn_saysBothSizes() {
        SessionRecord large = new SessionRecord(new SessionKey(1, 2), 1, NOW, NOW, 1, NOW, null, new byte[1_048_577]);

        assertThatThrownBy(() -> store().insert(large))
                .isInstanceOf(RecordTooLargeException.class)
                .hasMessageContaining("1048577")
                .hasMessageContaining("1048576");
        assertSize(0);
    }

    @Test
    void load_databaseGone_unavailableAndNeverAbsent() throws Exception {
        DataSource database = Databases.fresh();
        SessionStore store = JdbcSessionStore.open(database);
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("shutdown");
        }

        assertThatThrownBy(() -> store.load(newKey()))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("check that it is up");
    }
}
