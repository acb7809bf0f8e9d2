-- Once, as a superuser of the server:   psql -v owner_password=… -v app_password=… -f roles.sql
-- The owner migrates, backs up and restores. The application reads and writes under row-level security.
CREATE ROLE yiyang_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE yiyang_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD :'app_password';
CREATE DATABASE yiyang OWNER yiyang_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE yiyang FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE yiyang TO yiyang_app;
ALTER ROLE yiyang_app IN DATABASE yiyang SET statement_timeout = '5min';
ALTER ROLE yiyang_app IN DATABASE yiyang SET idle_in_transaction_session_timeout = '10min';
-- No personal data in the server's log: neither statements with their values nor the DETAIL of a broken constraint.
ALTER DATABASE yiyang SET log_min_error_statement = 'panic';
ALTER DATABASE yiyang SET log_error_verbosity = 'terse';
ALTER DATABASE yiyang SET log_parameter_max_length_on_error = 0;
