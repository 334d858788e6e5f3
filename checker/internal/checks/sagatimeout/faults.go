package sagatimeout

import "context"

// faults are triggers on saga_executions. A saga in checker_stands cannot be saved while the check holds a lock: its transaction stands
// still. The next transaction that saves a saga in checker_reruns fails at its commit with a serialization failure, once, so that it runs again.
const faults = `
	CREATE TABLE checker_stands (order_id uuid);
	CREATE TABLE checker_reruns (order_id uuid);
	CREATE SEQUENCE checker_runs;
	CREATE FUNCTION checker_stand() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF EXISTS (SELECT FROM checker_stands WHERE order_id = NEW.aggregate_id) THEN PERFORM pg_advisory_xact_lock(26); END IF;
		RETURN NEW;
	END $$;
	CREATE FUNCTION checker_rerun() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF EXISTS (SELECT FROM checker_reruns WHERE order_id = NEW.aggregate_id) AND nextval('checker_runs') = 1 THEN
			RAISE EXCEPTION 'the checker lets this transaction run again' USING ERRCODE = 'serialization_failure';
		END IF;
		RETURN NULL;
	END $$;
	CREATE TRIGGER checker_stand BEFORE UPDATE ON saga_executions FOR EACH ROW
		WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION checker_stand();
	CREATE CONSTRAINT TRIGGER checker_rerun AFTER UPDATE ON saga_executions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION checker_rerun();`

// stands lets the next transaction that saves the saga stand still until it is let go.
func (s *shop) stands(p *purchase) (letGo func()) {
	s.exec("choose a saga", `INSERT INTO checker_stands VALUES ($1)`, p.id)
	return s.t.LockRows("order_db", `SELECT pg_advisory_xact_lock(26)`)
}

// awaitStanding waits until a transaction that saves a saga stands still.
func (s *shop) awaitStanding(what string) {
	s.t.Eventually(what, patience, func(context.Context) (string, bool) {
		var standing int
		s.query("waiting statements", `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`, nil, &standing)
		return "no transaction saves the saga", standing > 0
	})
}

// rerunsOnce lets the next transaction that saves the saga run twice. Call it for one saga of a check.
func (s *shop) rerunsOnce(p *purchase) {
	s.exec("choose a saga", `INSERT INTO checker_reruns VALUES ($1)`, p.id)
}

// wasRerun stops the check as unknown when the transaction did not run twice.
func (s *shop) wasRerun() {
	var called bool
	s.query("the runs", `SELECT is_called FROM checker_runs`, nil, &called)
	if !called {
		s.t.Unknown("no transaction ran twice")
	}
}
