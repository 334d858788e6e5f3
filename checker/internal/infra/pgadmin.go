package infra

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgAdmin makes and drops databases and roles. A run is registered by a session lock on its id: the server frees the lock of
// a killed checker, and then anyone may remove what carries that id in its name.
type pgAdmin struct {
	url       *url.URL
	pool      *pgxpool.Pool
	superuser bool
	run       uint32

	mu        sync.Mutex
	lock      *pgx.Conn
	templates map[string]*template
	serial    int
}

const (
	lockRuns      = 0x53434c31 // class of the locks on run ids
	lockTemplates = 0x53434c32
	// appRole owns what migrations make. Every lease's role is a member, and may connect to its own database only.
	appRole = "stagecraft_app"
)

func openPostgres(ctx context.Context, address string) (*pgAdmin, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the URL of PostgreSQL cannot be read") // Not err, which would show the password.
	}
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 6
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	// Every statement here is used once: preparing it would be a second round trip.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.ConnConfig.RuntimeParams["application_name"] = "stagecraft-checker"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	a := &pgAdmin{url: parsed, pool: pool, run: rand.Uint32(), templates: map[string]*template{}}
	if err := a.register(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return a, nil
}

// register takes the run's lock and looks at what the role may do.
func (a *pgAdmin) register(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, a.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	var mayCreate bool
	err = conn.QueryRow(ctx, `SELECT pg_advisory_lock($1::int, $2::int)::text IS NOT NULL AND (rolsuper OR rolcreatedb AND rolcreaterole), rolsuper
		FROM pg_roles WHERE rolname = current_user`, int32(lockRuns), int32(a.run)).Scan(&mayCreate, &a.superuser)
	if err == nil && !mayCreate {
		err = &Fault{What: "the role of STAGECRAFT_POSTGRES_URL may not create databases and roles", Next: "ALTER ROLE … CREATEDB CREATEROLE, or give another role"}
	}
	if err == nil {
		_, err = conn.Exec(ctx, `DO $$ BEGIN CREATE ROLE `+appRole+` NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`)
	}
	if err == nil && !a.superuser {
		_, err = conn.Exec(ctx, "GRANT "+appRole+" TO CURRENT_USER")
	}
	if err != nil {
		_ = conn.Close(ctx)
		return err
	}
	a.lock = conn
	return nil
}

// hold makes sure that the run's lock is still ours, also after a restart of the server.
func (a *pgAdmin) hold(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.lock.IsClosed() && a.lock.Ping(ctx) == nil {
		return nil
	}
	_ = a.lock.Close(ctx)
	return a.register(ctx)
}

func (a *pgAdmin) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = a.lock.Close(ctx)
	a.pool.Close()
}

// runName starts the name of everything that belongs to a run.
func runName(run uint32) string { return fmt.Sprintf("sc_%08x_", run) }

func runOf(name string) (uint32, bool) {
	if len(name) < 12 || name[:3] != "sc_" || name[11] != '_' {
		return 0, false
	}
	run, err := strconv.ParseUint(name[3:11], 16, 32)
	return uint32(run), err == nil
}

// newName is unused in this run and carries what the learner calls the thing.
func (a *pgAdmin) newName(plain string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	return runName(a.run) + strconv.Itoa(a.serial) + "_" + plain
}

// database clones a template for a new role and returns the URL with which that role connects.
func (a *pgAdmin) database(ctx context.Context, spec DatabaseSpec) (name, address string, err error) {
	from, err := a.template(ctx, spec)
	if err != nil {
		return "", "", err
	}
	name, password := a.newName(spec.Name), randomWord()
	err = a.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		quoted := pgx.Identifier{name}.Sanitize()
		statements := []string{
			"CREATE ROLE " + quoted + " LOGIN PASSWORD '" + password + "' IN ROLE " + appRole,
			"CREATE DATABASE " + quoted + " TEMPLATE " + pgx.Identifier{from}.Sanitize() + " OWNER " + quoted + " STRATEGY " + cloneStrategy,
			"REVOKE CONNECT, TEMPORARY ON DATABASE " + quoted + " FROM PUBLIC",
		}
		if !a.superuser {
			statements[0] += "; GRANT " + quoted + " TO CURRENT_USER"
		}
		for _, statement := range statements {
			if _, err := conn.Conn().PgConn().Exec(ctx, statement).ReadAll(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		a.drop(context.WithoutCancel(ctx), name)
		return "", "", err
	}
	own := *a.url
	own.User, own.Path = url.UserPassword(name, password), "/"+name
	return name, own.String(), nil
}

// cloneStrategy: copying files needs a checkpoint but no log, which is cheaper where fsync is off.
const cloneStrategy = "FILE_COPY"

// drop removes a database and its role; what is not there is no error.
func (a *pgAdmin) drop(ctx context.Context, name string) {
	quoted := pgx.Identifier{name}.Sanitize()
	_, _ = a.pool.Exec(ctx, "DROP DATABASE IF EXISTS "+quoted+" WITH (FORCE)")
	_, _ = a.pool.Exec(ctx, "DROP ROLE IF EXISTS "+quoted)
}

func pgCode(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
