package io.tillstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresServerTest {
    private final Path folder = Servers.temporary().newFolder();

    @Test
    void keepsItsDataOverAStopAndAKill() throws Exception {
        try (PostgresServer server = PostgresServer.start(folder, 0)) {
            run(server, "create table kept (n int)");
            run(server, "insert into kept values (1)");

            server.stop();
            assertThat(server.running()).isFalse();
            server.start();
            run(server, "insert into kept values (2)");

            server.kill();
            assertThat(server.running()).isFalse();
            server.start();
            assertThat(ask(server, "select sum(n) from kept")).isEqualTo("3");
        }
    }

    @Test
    void writesToTheDiskBeforeItAnswers() throws Exception {
        PostgresServer server = Servers.temporary().postgres();
        assertThat(ask(server, "show synchronous_commit")).isEqualTo("on");
        assertThat(ask(server, "show fsync")).isEqualTo("on");
    }

    @Test
    void endsTheServerThatADeadProcessLeftInTheFolder() throws Exception {
        PostgresServer left = PostgresServer.start(folder, 0);
        run(left, "create table kept (n int)");
        try (PostgresServer next = PostgresServer.start(folder, 0)) {
            assertThat(next.password()).isEqualTo(left.password());
            assertThat(ask(next, "select count(*) from kept")).isEqualTo("0");
            assertThat(Ports.isFree(left.port())).isTrue();
        }
    }

    @Test
    void isNotMisledByAnotherProcessWithTheNumberInItsPidFile() throws Exception {
        try (PostgresServer server = PostgresServer.start(folder, 0)) {
            server.kill();
            Path pidFile = folder.resolve("data/postmaster.pid");
            Files.writeString(
                    pidFile, ProcessHandle.current().pid() + "\n" + folder + "\n0\n1\n\n127.0.0.1\n0 0\nready\n");
            assertThat(server.running()).isFalse();
            server.start();
            assertThat(ask(server, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void runsInASessionOfItsOwnSoThatCtrlCPassesItBy() throws Exception {
        PostgresServer server = Servers.temporary().postgres();
        assertThat(server.running()).isTrue();
        assertThat(ProcessHandle.current().children().map(ProcessHandle::pid))
                .doesNotContain(Processes.pid(Servers.temporary().folder().resolve("postgres/data/postmaster.pid"))
                        .orElseThrow());
    }

    @Test
    void hasAPasswordThatOnlyItsOwnerReads() throws Exception {
        try (PostgresServer server = PostgresServer.start(folder, 0)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("password"))))
                    .isEqualTo("rw-------");
            assertThat(server.password()).hasSizeGreaterThan(30);
        }
    }

    private static void run(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = connection(server);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = connection(server);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    private static Connection connection(PostgresServer server) throws SQLException {
        return DriverManager.getConnection(server.url(), server.user(), server.password());
    }
}
