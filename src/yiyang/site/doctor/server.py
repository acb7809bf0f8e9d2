"""Checks of the database: reachable, bound by its second lock, migrated, its worker alive, its log whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yiyang.site.doctor import workers
from yiyang.site.doctor.finding import Check, Finding, Place, ok, warning, wrong
from yiyang.site.postgres import APP_ROLE, OLDEST_MAJOR

# Accounts, tokens and their counts: read before anybody's scope is known, and about the staff, not about elders.
_OF_THE_STAFF = "accounts"
_EXTENSIONS = ("plpgsql",)


def reachable(place: Place) -> Finding:
    if place.unreachable:
        return wrong(
            place.unreachable, ("检查 DATABASE_URL、服务器与密码", "Check DATABASE_URL, the server and the password")
        )
    version, encoding, synchronous = place.ask(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), "
        "current_setting('synchronous_commit')"
    )[0]
    if version // 10000 < OLDEST_MAJOR or encoding != "UTF8":
        return wrong(
            (f"PostgreSQL {version // 10000}，编码 {encoding}", f"PostgreSQL {version // 10000}, encoding {encoding}"),
            (f"需要 PostgreSQL {OLDEST_MAJOR} 以上和 UTF8", f"PostgreSQL {OLDEST_MAJOR} or newer and UTF8 are needed"),
        )
    if synchronous == "off":
        return wrong(
            ("synchronous_commit 已关闭，断电会丢数据", "synchronous_commit is off: a power cut loses data"),
            ("ALTER SYSTEM SET synchronous_commit = on", "ALTER SYSTEM SET synchronous_commit = on"),
        )
    return ok(f"PostgreSQL {version // 10000}.{version % 10000}", f"PostgreSQL {version // 10000}.{version % 10000}")


def extensions(place: Place) -> Finding:
    there = {row[0] for row in place.ask("SELECT extname FROM pg_extension")}
    if missing := sorted(set(_EXTENSIONS) - there):
        names = ", ".join(missing)
        return wrong(
            (f"缺少扩展 {names}", f"Extensions missing: {names}"),
            (f"CREATE EXTENSION {names}", f"CREATE EXTENSION {names}"),
        )
    return ok("扩展齐全", "All extensions are there")


def app_role(place: Place) -> Finding:
    """The role that web, worker and commands enter as is bound by the rules, and owns nothing they bind."""
    found = place.ask(
        "SELECT current_user, rolsuper, rolbypassrls, rolcreaterole, "
        "EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relkind = 'r') "
        "FROM pg_roles r WHERE rolname = current_user"
    )
    name, is_super, bypasses, makes_roles, owns = found[0]
    if place.app is None:
        return wrong(
            (f"{APP_ROLE} 无法登录", f"{APP_ROLE} cannot enter"),
            (
                "检查 YIYANG_APP_DATABASE_URL 或重新运行 yiyang serve",
                "Check YIYANG_APP_DATABASE_URL, or run yiyang serve again",
            ),
        )
    if is_super or bypasses or makes_roles or owns:
        bind = f"ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS NOCREATEROLE"
        return wrong(
            (
                f"应用以 {name} 登录，它能绕过行级安全",
                f"The application enters as {name}, who passes row-level security by",
            ),
            (
                f"让 YIYANG_APP_DATABASE_URL 以 {APP_ROLE} 登录；{bind}",
                f"Let YIYANG_APP_DATABASE_URL enter as {APP_ROLE}; {bind}",
            ),
        )
    return ok(f"应用以 {name} 登录，受行级安全约束", f"The application enters as {name}, bound by row-level security")


def second_lock(place: Place) -> Finding:
    """Every table that the application may read and that tells of people has row-level security and a policy."""
    known = ", ".join(f"'{table}'" for table in sorted(_personal_tables())) or "''"
    open_tables = [
        row[0]
        for row in place.ask(
            f"""SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            AND has_table_privilege('{APP_ROLE}', c.oid, 'SELECT')
            AND (c.relname IN ({known}) OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                 AND NOT a.attisdropped AND a.attname IN ('area_code', 'person', 'person_id')))
            AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)) ORDER BY 1"""
        )
    ]
    if open_tables:
        names = ", ".join(open_tables)
        return wrong(
            (f"没有行级安全的表：{names}", f"Tables without row-level security: {names}"),
            ("运行 yiyang migrate；仍有则请报告", "Run yiyang migrate; report it if they remain"),
        )
    return ok("有个人信息的表都有行级安全", "Every table about people has row-level security")


def _personal_tables() -> set[str]:
    from django.apps import apps

    from yiyang.access.fields import personal

    models = [model for model in apps.get_models() if model._meta.managed and _of_elders(personal(model))]
    return {model._meta.db_table for model in models if model._meta.app_label != _OF_THE_STAFF}


def _of_elders(fields: Sequence[Any]) -> bool:
    """Whether more is personal than the name of the officer who did it."""
    return any(not field.name.endswith("_by_name") for field in fields)


def no_scope_no_rows(place: Place) -> Finding:
    """The lock tried: without a scope the application sees nobody."""
    if place.app is None or place.ask("SELECT to_regclass('registry_person')") == [(None,)]:
        return ok("还没有人员表", "There is no table of persons yet")
    if place.app.execute("SELECT EXISTS (SELECT FROM registry_person)").fetchone() == (True,):
        return wrong(
            ("没有范围也能看到人员", "Persons are seen without a scope"),
            (
                "立即停止服务；ALTER TABLE registry_person ENABLE ROW LEVEL SECURITY",
                "Stop the service at once; ALTER TABLE registry_person ENABLE ROW LEVEL SECURITY",
            ),
        )
    return ok("没有范围就看不到任何人", "Without a scope nobody is seen")


def migrations(place: Place) -> Finding:
    from django.db.migrations.loader import MigrationLoader

    has_table = place.ask("SELECT to_regclass('django_migrations')") != [(None,)]
    done = {(app, name) for app, name in place.ask("SELECT app, name FROM django_migrations")} if has_table else set()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    waiting = sorted(f"{app}.{name}" for app, name in set(loader.disk_migrations) - done - _replaced(loader))
    if waiting:
        return wrong(
            (
                f"{len(waiting)} 个数据库变更未执行（{waiting[0]} …）",
                f"{len(waiting)} migrations wait ({waiting[0]} …)",
            ),
            ("备份后运行 yiyang migrate", "Make a backup and run yiyang migrate"),
        )
    newer = sorted(f"{app}.{name}" for app, name in done - set(loader.disk_migrations) if app in loader.migrated_apps)
    if newer:
        return wrong(
            (f"数据库来自更新的版本（{newer[-1]}）", f"The database is of a newer version ({newer[-1]})"),
            (
                "安装新版本，或恢复升级前的备份",
                "Install the newer version, or restore the backup made before the upgrade",
            ),
        )
    return ok("数据库是本版本的", "The database is of this version")


def _replaced(loader: object) -> set[tuple[str, str]]:
    """Squashed migrations count as done where what they replace was done."""
    return set(getattr(loader, "replacements", {}))


def audit_chain(place: Place) -> Finding:
    """The end of the chain fits its head, and no number is missing. The whole is checked by `yiyang audit verify`."""
    if place.owner is None or place.ask("SELECT to_regclass('audit_head')") == [(None,)]:
        return ok("此处不检查（需要 DATABASE_URL）", "Not checked here (needs DATABASE_URL)")
    row = place.owner.execute(
        "SELECT h.seq, count(l.seq), coalesce(max(l.seq), 0), "
        "coalesce((SELECT hash FROM audit_line ORDER BY seq DESC LIMIT 1), '') = h.hash "
        "FROM audit_head h LEFT JOIN audit_line l ON true GROUP BY h.seq, h.hash"
    ).fetchone()
    head, lines, last, fits = row or (0, 0, 0, False)
    if not (head == lines == last and fits):
        return wrong(
            (
                f"审计日志应有 {head} 条，现有 {lines} 条",
                f"The audit log has {lines} of {head} lines, or its end was changed",
            ),
            ("运行 yiyang audit verify，并保全备份", "Run yiyang audit verify, and keep the backups"),
        )
    return ok(f"审计日志 {lines} 条，首尾相符", f"The audit log has {lines} lines; its end fits")


def delivered_files(place: Place) -> Finding:
    """Nothing lies among the deliveries that no delivery knows; the nightly job removes what killed processes leave."""
    from yiyang.registry.kept import DAY, orphans

    if place.owner is None or place.ask("SELECT to_regclass('registry_delivery')") == [(None,)]:
        return ok("此处不检查（需要 DATABASE_URL）", "Not checked here (needs DATABASE_URL)")
    files = [row[0] for row in place.owner.execute("SELECT file FROM registry_delivery").fetchall()]
    found = orphans(place.data, files, place.now.timestamp() - 2 * DAY)
    if found:
        return warning(
            (
                f"deliveries 下有 {len(found)} 个文件夹不属于任何交付（如 {found[0].name}）",
                f"{len(found)} folders below deliveries belong to no delivery ({found[0].name} …)",
            ),
            (
                "后台任务每夜自动清理；没有清理说明后台进程未运行（systemctl start yiyang-worker）",
                "The worker removes them every night; if it did not, start it (systemctl start yiyang-worker)",
            ),
        )
    return ok("交付文件都有对应的交付", "Every delivered file has its delivery")


def list_folders(place: Place) -> Finding:
    """Lists lie in folders named by an area's code: after a recoding a folder of the old code answers for nobody."""
    from yiyang.base.paths import policy_dir

    if place.owner is None or place.ask("SELECT to_regclass('areas_formerarea')") == [(None,)]:
        return ok("此处不检查（需要 DATABASE_URL）", "Not checked here (needs DATABASE_URL)")
    folders = {int(path.name.ljust(12, "0")): path.name for path in (policy_dir() / "lists").iterdir() if path.is_dir()}
    rows = place.owner.execute(RECODED, [list(folders)]).fetchall()
    if rows:
        names = "，".join(f"lists/{folders[old]}（{name} 现为 {new:012d}）" for old, new, name in rows)
        said = ", ".join(f"lists/{folders[old]} (now {new:012d})" for old, new, _ in rows)
        return warning(
            (
                f"清单文件夹用的是旧区划代码：{names}",
                f"Folders of lists have codes that are no longer in force: {said}",
            ),
            (
                "按新代码改文件夹名和 list.yaml 的 area，经清单修订流程重新发布",
                "Rename the folder and `area` of its list.yaml to the new code, and issue the list anew",
            ),
        )
    return ok("清单的区划代码都在用", "The codes of all lists are in force")


# A code that had an area, which is in force under another one today, and which no area has any more.
RECODED = """
SELECT DISTINCT ON (f.code) f.code, a.code, a.name FROM areas_formerarea AS f JOIN areas_area AS a ON a.id = f.area_id
WHERE f.code = ANY(%s) AND a.valid_to IS NULL AND a.code IS NOT NULL AND a.code <> f.code
AND NOT EXISTS (SELECT 1 FROM areas_area AS n WHERE n.code = f.code AND n.valid_to IS NULL)
ORDER BY f.code, a.code
"""
CHECKS = (
    Check("database", ("数据库", "database"), reachable),
    Check("extensions", ("扩展", "extensions"), extensions, with_database=True),
    Check("app role", ("应用角色", "application's role"), app_role, with_database=True),
    Check("migrations", ("数据库版本", "migrations"), migrations, with_database=True),
    Check("second lock", ("行级安全", "row-level security"), second_lock, with_database=True),
    Check("no scope", ("无范围", "no scope"), no_scope_no_rows, with_database=True),
    Check("worker", ("后台任务", "worker"), workers.worker, with_database=True),
    Check("delivered files", ("交付文件", "delivered files"), delivered_files, with_database=True),
    Check("lists", ("清单文件夹", "folders of lists"), list_folders, with_database=True),
    Check("audit", ("审计日志", "audit log"), audit_chain, with_database=True),
)
