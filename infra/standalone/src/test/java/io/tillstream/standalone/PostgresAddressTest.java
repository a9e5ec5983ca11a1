package io.tillstream.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresAddressTest {
    @Test
    void keepsUserAndPasswordOutOfTheUrl() {
        PostgresAddress address =
                PostgresAddress.parse("postgresql://shop:p%40ss+1@db.example:6432/tills?sslmode=require");
        assertThat(address)
                .isEqualTo(new PostgresAddress(
                        "jdbc:postgresql://db.example:6432/tills?sslmode=require", "shop", "p@ss+1"));
        assertThat(address.toString()).doesNotContain("p@ss");
    }

    @Test
    void takesJdbcsOwnForm() {
        assertThat(PostgresAddress.parse("jdbc:postgresql://localhost/tills?user=shop&password=secret&sslmode=disable"))
                .isEqualTo(new PostgresAddress(
                        "jdbc:postgresql://localhost:5432/tills?sslmode=disable", "shop", "secret"));
    }

    @Test
    void givesPsqlWhatItReadsBack() {
        PostgresAddress address = new PostgresAddress("jdbc:postgresql://127.0.0.1:5432/tills", "shop", "a b/c+d");
        assertThat(PostgresAddress.parse(address.uri())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://a:b@c/d",
                "postgresql:///d",
                "postgresql://localhost/d",
                "postgresql://a:b@localhost",
                "postgres ql"
            })
    void saysWhatIsWrong(String text) {
        assertThatThrownBy(() -> PostgresAddress.parse(text))
                .isInstanceOf(CannotGoOn.class)
                .hasMessageStartingWith("Not a PostgreSQL URL");
    }
}
