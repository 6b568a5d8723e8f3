CREATE TABLE activations (
	registration_id INTEGER NOT NULL,
	profile_id INTEGER NOT NULL,
	PRIMARY KEY (registration_id),
	FOREIGN KEY(registration_id) REFERENCES registrations (id) ON DELETE CASCADE,
	FOREIGN KEY(profile_id) REFERENCES signup_profiles (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_activations_profile_id ON activations (profile_id);

CREATE TABLE attendances (
	enrollment_id INTEGER NOT NULL,
	day_id INTEGER NOT NULL,
	is_present INTEGER NOT NULL,
	minutes INTEGER,
	recorded_at TEXT NOT NULL,
	PRIMARY KEY (enrollment_id, day_id),
	CONSTRAINT minutes_count CHECK (minutes >= 0),
	CONSTRAINT minutes_of_presence CHECK (minutes IS NULL OR is_present),
	FOREIGN KEY(enrollment_id) REFERENCES training_enrollments (id) ON DELETE CASCADE,
	FOREIGN KEY(day_id) REFERENCES session_days (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_attendances_day_id ON attendances (day_id);

CREATE TABLE audit_heads (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	seal_no INTEGER NOT NULL,
	seal TEXT NOT NULL,
	CONSTRAINT one_head CHECK (id = 1)
)
 STRICT;

CREATE TABLE audit_rows (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	happened_at TEXT NOT NULL,
	operator TEXT NOT NULL,
	actor TEXT,
	command TEXT NOT NULL,
	verdict TEXT NOT NULL,
	code TEXT NOT NULL,
	target TEXT NOT NULL,
	detail_json TEXT NOT NULL,
	mark TEXT,
	seal_no INTEGER,
	seal TEXT,
	CONSTRAINT verdict_known CHECK (verdict IN ('done', 'refused'))
)
 STRICT;

CREATE INDEX audit_rows_by_actor ON audit_rows (actor) WHERE actor IS NOT NULL;

CREATE INDEX audit_rows_by_command ON audit_rows (command);

CREATE UNIQUE INDEX audit_rows_by_seal ON audit_rows (seal_no) WHERE seal_no IS NOT NULL;

CREATE INDEX audit_rows_by_verdict ON audit_rows (verdict, code);

CREATE INDEX audit_rows_unsealed ON audit_rows (id) WHERE seal_no IS NULL;

CREATE INDEX ix_audit_rows_happened_at ON audit_rows (happened_at);

CREATE INDEX ix_audit_rows_mark ON audit_rows (mark);

CREATE INDEX ix_audit_rows_target ON audit_rows (target);

CREATE TABLE autoenroll_rules (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	code TEXT NOT NULL,
	code_key TEXT NOT NULL,
	item_id INTEGER NOT NULL,
	target TEXT NOT NULL,
	department_id INTEGER,
	is_deep INTEGER NOT NULL,
	group_id INTEGER,
	type TEXT,
	created_at TEXT NOT NULL,
	CONSTRAINT target_known CHECK (target IN ('department', 'group', 'type')),
	CONSTRAINT type_known CHECK (type IN ('staff', 'client', 'prospect')),
	CONSTRAINT type_named CHECK ((target = 'type') = (type IS NOT NULL)),
	CONSTRAINT group_named CHECK ((target = 'group') = (group_id IS NOT NULL)),
	CONSTRAINT department_named CHECK ((target = 'department') = (department_id IS NOT NULL)),
	UNIQUE (item_id, type),
	UNIQUE (item_id, group_id),
	UNIQUE (item_id, department_id),
	UNIQUE (code_key),
	FOREIGN KEY(item_id) REFERENCES content_items (id) ON DELETE CASCADE,
	FOREIGN KEY(department_id) REFERENCES departments (id) ON DELETE CASCADE,
	FOREIGN KEY(group_id) REFERENCES user_groups (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_autoenroll_rules_department_id ON autoenroll_rules (department_id);

CREATE INDEX ix_autoenroll_rules_group_id ON autoenroll_rules (group_id);

CREATE TABLE autoenroll_waiting (
	rule_id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	since_at TEXT NOT NULL,
	PRIMARY KEY (rule_id, user_id),
	FOREIGN KEY(rule_id) REFERENCES autoenroll_rules (id) ON DELETE CASCADE,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_autoenroll_waiting_user_id ON autoenroll_waiting (user_id);

CREATE TABLE catalog_rules (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	item_id INTEGER NOT NULL,
	opening TEXT NOT NULL,
	type TEXT,
	group_id INTEGER,
	department_id INTEGER,
	CONSTRAINT opening_known CHECK (opening IN ('type', 'department', 'group', 'everybody')),
	CONSTRAINT type_known CHECK (type IN ('staff', 'client', 'prospect')),
	CONSTRAINT type_named CHECK ((opening = 'type') = (type IS NOT NULL)),
	CONSTRAINT group_named CHECK ((opening = 'group') = (group_id IS NOT NULL)),
	CONSTRAINT department_named CHECK ((opening = 'department') = (department_id IS NOT NULL)),
	UNIQUE (item_id, type),
	UNIQUE (item_id, group_id),
	UNIQUE (item_id, department_id),
	FOREIGN KEY(item_id) REFERENCES content_items (id) ON DELETE CASCADE,
	FOREIGN KEY(group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
	FOREIGN KEY(department_id) REFERENCES departments (id) ON DELETE CASCADE
)
 STRICT;

CREATE UNIQUE INDEX catalog_rules_everybody ON catalog_rules (item_id) WHERE opening = 'everybody';

CREATE INDEX ix_catalog_rules_department_id ON catalog_rules (department_id);

CREATE INDEX ix_catalog_rules_group_id ON catalog_rules (group_id);

CREATE TABLE content_grants (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	item_id INTEGER NOT NULL,
	audience TEXT NOT NULL,
	user_id INTEGER,
	group_id INTEGER,
	department_id INTEGER,
	CONSTRAINT audience_known CHECK (audience IN ('user', 'group', 'department', 'organization')),
	CONSTRAINT user_named CHECK ((audience = 'user') = (user_id IS NOT NULL)),
	CONSTRAINT group_named CHECK ((audience = 'group') = (group_id IS NOT NULL)),
	CONSTRAINT department_named CHECK ((audience = 'department') = (department_id IS NOT NULL)),
	UNIQUE (item_id, user_id),
	UNIQUE (item_id, group_id),
	UNIQUE (item_id, department_id),
	FOREIGN KEY(item_id) REFERENCES content_items (id) ON DELETE CASCADE,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	FOREIGN KEY(group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
	FOREIGN KEY(department_id) REFERENCES departments (id) ON DELETE CASCADE
)
 STRICT;

CREATE UNIQUE INDEX content_grants_organization ON content_grants (item_id) WHERE audience = 'organization';

CREATE INDEX ix_content_grants_department_id ON content_grants (department_id);

CREATE INDEX ix_content_grants_group_id ON content_grants (group_id);

CREATE INDEX ix_content_grants_user_id ON content_grants (user_id);

CREATE TABLE content_items (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	code TEXT NOT NULL,
	code_key TEXT NOT NULL,
	title TEXT NOT NULL,
	status TEXT NOT NULL,
	source TEXT NOT NULL,
	parent_id INTEGER,
	is_inheriting INTEGER NOT NULL,
	link TEXT,
	owner_id INTEGER,
	due_days INTEGER,
	due_on TEXT,
	created_at TEXT NOT NULL,
	version INTEGER DEFAULT '1' NOT NULL,
	CONSTRAINT kind_known CHECK (kind IN ('folder', 'course', 'topic', 'article', 'pathway')),
	CONSTRAINT status_known CHECK (status IN ('draft', 'active', 'archived')),
	CONSTRAINT source_known CHECK (source IN ('own', 'copied', 'library')),
	CONSTRAINT folder_active CHECK (kind <> 'folder' OR status = 'active'),
	CONSTRAINT pathway_no_draft CHECK (kind <> 'pathway' OR status <> 'draft'),
	CONSTRAINT not_in_itself CHECK (parent_id <> id),
	CONSTRAINT due_once CHECK (due_days IS NULL OR due_on IS NULL),
	CONSTRAINT due_days_positive CHECK (due_days >= 1),
	UNIQUE (code_key),
	FOREIGN KEY(parent_id) REFERENCES content_items (id),
	UNIQUE (link),
	FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE SET NULL
)
 STRICT;

CREATE INDEX ix_content_items_owner_id ON content_items (owner_id);

CREATE INDEX ix_content_items_parent_id ON content_items (parent_id);

CREATE TABLE deadline_extensions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	user_id INTEGER NOT NULL,
	training_id INTEGER NOT NULL,
	deadline TEXT NOT NULL,
	until_at TEXT NOT NULL,
	reason TEXT NOT NULL,
	given_by TEXT NOT NULL,
	given_at TEXT NOT NULL,
	CONSTRAINT deadline_known CHECK (deadline IN ('registration', 'cancellation')),
	UNIQUE (user_id, training_id, deadline),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	FOREIGN KEY(training_id) REFERENCES trainings (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_deadline_extensions_training_id ON deadline_extensions (training_id);

CREATE TABLE department_supervisors (
	department_id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	PRIMARY KEY (department_id),
	FOREIGN KEY(department_id) REFERENCES departments (id) ON DELETE CASCADE,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_department_supervisors_user_id ON department_supervisors (user_id);

CREATE TABLE departments (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	parent_id INTEGER,
	name TEXT NOT NULL,
	code TEXT,
	code_key TEXT,
	path TEXT NOT NULL,
	full_name TEXT NOT NULL,
	full_key TEXT NOT NULL,
	FOREIGN KEY(parent_id) REFERENCES departments (id),
	UNIQUE (code_key),
	UNIQUE (path),
	UNIQUE (full_key)
)
 STRICT;

CREATE UNIQUE INDEX departments_one_root ON departments ((parent_id IS NULL)) WHERE parent_id IS NULL;

CREATE INDEX ix_departments_parent_id ON departments (parent_id);

CREATE TABLE enrollment_reasons (
	enrollment_id INTEGER NOT NULL,
	reason TEXT NOT NULL,
	reference TEXT NOT NULL,
	since_at TEXT NOT NULL,
	PRIMARY KEY (enrollment_id, reason, reference),
	CONSTRAINT reason_known CHECK (reason IN ('administrator', 'import', 'rule', 'token', 'open-link', 'pathway', 'catalog')),
	FOREIGN KEY(enrollment_id) REFERENCES enrollments (id) ON DELETE CASCADE
)
 STRICT;

CREATE TABLE enrollments (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	user_id INTEGER NOT NULL,
	item_id INTEGER NOT NULL,
	phase TEXT NOT NULL,
	enrolled_at TEXT NOT NULL,
	due_at TEXT,
	completed_at TEXT,
	canceled_at TEXT,
	CONSTRAINT phase_known CHECK (phase IN ('pre-enrolled', 'enrolled', 'completed')),
	CONSTRAINT completed_when CHECK ((phase = 'completed') = (completed_at IS NOT NULL)),
	UNIQUE (user_id, item_id),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	FOREIGN KEY(item_id) REFERENCES content_items (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_enrollments_item_id ON enrollments (item_id);

CREATE TABLE field_values (
	user_id INTEGER NOT NULL,
	field_id INTEGER NOT NULL,
	value TEXT NOT NULL,
	unique_key TEXT,
	PRIMARY KEY (user_id, field_id),
	CONSTRAINT field_values_unique UNIQUE (field_id, unique_key),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	FOREIGN KEY(field_id) REFERENCES fields (id) ON DELETE CASCADE
)
 STRICT;

CREATE TABLE fields (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	kind TEXT NOT NULL,
	is_required INTEGER NOT NULL,
	choices_json TEXT NOT NULL,
	CONSTRAINT kind_known CHECK (kind IN ('text', 'unique-text', 'number', 'date', 'list')),
	UNIQUE (name_key)
)
 STRICT;

CREATE TABLE grant_departments (
	grant_id INTEGER NOT NULL,
	department_id INTEGER NOT NULL,
	PRIMARY KEY (grant_id, department_id),
	FOREIGN KEY(grant_id) REFERENCES grants (id) ON DELETE CASCADE,
	FOREIGN KEY(department_id) REFERENCES departments (id)
)
 STRICT;

CREATE INDEX ix_grant_departments_department_id ON grant_departments (department_id);

CREATE TABLE grants (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	user_id INTEGER NOT NULL,
	role_id INTEGER NOT NULL,
	UNIQUE (user_id, role_id),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	FOREIGN KEY(role_id) REFERENCES roles (id)
)
 STRICT;

CREATE INDEX ix_grants_role_id ON grants (role_id);

CREATE INDEX ix_grants_user_id ON grants (user_id);

CREATE TABLE group_members (
	group_id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	PRIMARY KEY (group_id, user_id),
	FOREIGN KEY(group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_group_members_user_id ON group_members (user_id);

CREATE TABLE host_entries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	session_id INTEGER NOT NULL,
	user_id INTEGER NOT NULL,
	uid TEXT NOT NULL,
	changes INTEGER DEFAULT '0' NOT NULL,
	organizer_address TEXT,
	CONSTRAINT changes_count CHECK (changes >= 0),
	UNIQUE (session_id, user_id),
	FOREIGN KEY(session_id) REFERENCES training_sessions (id) ON DELETE CASCADE,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	UNIQUE (uid)
)
 STRICT;

CREATE INDEX ix_host_entries_user_id ON host_entries (user_id);

CREATE TABLE notifications (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	user_id INTEGER,
	channel TEXT NOT NULL,
	kind TEXT NOT NULL,
	address TEXT,
	reason TEXT NOT NULL,
	subject TEXT NOT NULL,
	body TEXT NOT NULL,
	message_id TEXT NOT NULL,
	state TEXT NOT NULL,
	due_at TEXT NOT NULL,
	created_at TEXT NOT NULL,
	about TEXT,
	calendar TEXT,
	tries INTEGER DEFAULT '0' NOT NULL,
	next_try_at TEXT,
	lease TEXT,
	last_error TEXT,
	sent_at TEXT,
	CONSTRAINT channel_known CHECK (channel IN ('mail', 'account')),
	CONSTRAINT state_known CHECK (state IN ('queued', 'sent', 'failed')),
	CONSTRAINT mail_has_address CHECK ((channel = 'mail') = (address IS NOT NULL)),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	UNIQUE (message_id)
)
 STRICT;

CREATE INDEX ix_notifications_user_id ON notifications (user_id);

CREATE INDEX notifications_due ON notifications (state, next_try_at, due_at, id);

CREATE INDEX notifications_in_order ON notifications (due_at, id);

CREATE TABLE pathway_items (
	pathway_id INTEGER NOT NULL,
	item_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	is_mandatory INTEGER NOT NULL,
	PRIMARY KEY (pathway_id, item_id),
	CONSTRAINT position_counts CHECK (position >= 1),
	CONSTRAINT not_in_itself CHECK (pathway_id <> item_id),
	FOREIGN KEY(pathway_id) REFERENCES content_items (id) ON DELETE CASCADE,
	FOREIGN KEY(item_id) REFERENCES content_items (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_pathway_items_item_id ON pathway_items (item_id);

CREATE TABLE portals (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	is_sandbox INTEGER NOT NULL,
	time_zone TEXT NOT NULL,
	is_registration_on INTEGER NOT NULL,
	is_confirmation_on INTEGER NOT NULL,
	is_domain_limited INTEGER NOT NULL,
	domains_json TEXT NOT NULL,
	is_policy_on INTEGER NOT NULL,
	hold_hours INTEGER NOT NULL,
	seat_limit INTEGER,
	seats_taken INTEGER NOT NULL,
	told_percent INTEGER NOT NULL,
	public_url TEXT NOT NULL,
	created_at TEXT NOT NULL,
	CONSTRAINT only_one_portal CHECK (id = 1),
	CONSTRAINT seats_taken_counts CHECK (seats_taken >= 0),
	CONSTRAINT seats_not_oversold CHECK (seat_limit IS NULL OR seats_taken <= seat_limit),
	CONSTRAINT hold_hours_positive CHECK (hold_hours >= 1)
)
 STRICT;

CREATE TABLE progress_events (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	user_id INTEGER NOT NULL,
	item_id INTEGER,
	event TEXT NOT NULL,
	score INTEGER,
	happened_at TEXT NOT NULL,
	recorded_at TEXT NOT NULL,
	source TEXT NOT NULL,
	CONSTRAINT event_known CHECK (event IN ('viewed', 'completed', 'passed', 'failed', 'signed-in')),
	CONSTRAINT item_named CHECK ((event = 'signed-in') = (item_id IS NULL)),
	CONSTRAINT score_percent CHECK (score BETWEEN 0 AND 100),
	CONSTRAINT score_of_result CHECK (score IS NULL OR event IN ('completed', 'passed', 'failed')),
	UNIQUE (user_id, item_id, event, happened_at),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	FOREIGN KEY(item_id) REFERENCES content_items (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_progress_events_happened_at ON progress_events (happened_at);

CREATE INDEX progress_events_by_item ON progress_events (item_id, event);

CREATE UNIQUE INDEX progress_events_signed_in ON progress_events (user_id, happened_at) WHERE item_id IS NULL;

CREATE TABLE redemptions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	token_id INTEGER NOT NULL,
	nickname TEXT,
	code_digest TEXT NOT NULL,
	user_id INTEGER,
	content_id INTEGER,
	is_new_person INTEGER NOT NULL,
	redeemed_at TEXT NOT NULL,
	operator TEXT NOT NULL,
	actor TEXT,
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE SET NULL,
	FOREIGN KEY(content_id) REFERENCES content_items (id) ON DELETE SET NULL
)
 STRICT;

CREATE INDEX ix_redemptions_content_id ON redemptions (content_id);

CREATE INDEX ix_redemptions_user_id ON redemptions (user_id);

CREATE INDEX redemptions_by_token ON redemptions (token_id, redeemed_at, id);

CREATE INDEX redemptions_in_order ON redemptions (redeemed_at, id);

CREATE TABLE registrations (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	user_id INTEGER,
	department_id INTEGER,
	source TEXT NOT NULL,
	state TEXT NOT NULL,
	code_digest TEXT,
	registered_at TEXT NOT NULL,
	expires_at TEXT,
	confirmed_at TEXT,
	CONSTRAINT state_known CHECK (state IN ('pending', 'confirmed', 'expired')),
	CONSTRAINT pending_expires CHECK ((state = 'pending') = (expires_at IS NOT NULL)),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE SET NULL,
	FOREIGN KEY(department_id) REFERENCES departments (id) ON DELETE SET NULL,
	UNIQUE (code_digest)
)
 STRICT;

CREATE INDEX ix_registrations_department_id ON registrations (department_id);

CREATE INDEX ix_registrations_user_id ON registrations (user_id);

CREATE TABLE role_permissions (
	role_id INTEGER NOT NULL,
	permission TEXT NOT NULL,
	PRIMARY KEY (role_id, permission),
	FOREIGN KEY(role_id) REFERENCES roles (id) ON DELETE CASCADE
)
 STRICT;

CREATE TABLE roles (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	is_builtin INTEGER NOT NULL,
	UNIQUE (name_key)
)
 STRICT;

CREATE TABLE run_faults (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	run_id INTEGER NOT NULL,
	row_no INTEGER NOT NULL,
	heading TEXT,
	code TEXT NOT NULL,
	message TEXT NOT NULL,
	hint TEXT NOT NULL,
	FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_run_faults_run_id ON run_faults (run_id);

CREATE TABLE runs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	file TEXT NOT NULL,
	digest TEXT NOT NULL,
	state TEXT NOT NULL,
	rows_done INTEGER NOT NULL,
	created INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	unchanged INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	operator TEXT NOT NULL,
	started_at TEXT NOT NULL,
	finished_at TEXT,
	CONSTRAINT state_known CHECK (state IN ('running', 'finished'))
)
 STRICT;

CREATE INDEX ix_runs_digest ON runs (digest);

CREATE TABLE session_days (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	session_id INTEGER NOT NULL,
	starts_at TEXT NOT NULL,
	ends_at TEXT NOT NULL,
	place TEXT,
	url TEXT,
	uid TEXT NOT NULL,
	revision INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT day_lasts CHECK (ends_at > starts_at),
	CONSTRAINT revision_counts CHECK (revision >= 0),
	FOREIGN KEY(session_id) REFERENCES training_sessions (id) ON DELETE CASCADE,
	UNIQUE (uid)
)
 STRICT;

CREATE INDEX ix_session_days_session_id ON session_days (session_id);

CREATE TABLE signup_profiles (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	code TEXT NOT NULL,
	code_key TEXT NOT NULL,
	department_id INTEGER NOT NULL,
	starts_at TEXT NOT NULL,
	ends_at TEXT,
	activation_limit INTEGER,
	activations_used INTEGER NOT NULL,
	link TEXT NOT NULL,
	domains_json TEXT,
	created_at TEXT NOT NULL,
	version INTEGER DEFAULT '1' NOT NULL,
	CONSTRAINT ends_after_start CHECK (ends_at IS NULL OR ends_at > starts_at),
	CONSTRAINT limit_positive CHECK (activation_limit IS NULL OR activation_limit >= 1),
	CONSTRAINT activations_count CHECK (activations_used >= 0),
	CONSTRAINT activations_not_oversold CHECK (activation_limit IS NULL OR activations_used <= activation_limit),
	UNIQUE (code_key),
	FOREIGN KEY(department_id) REFERENCES departments (id),
	UNIQUE (link)
)
 STRICT;

CREATE INDEX ix_signup_profiles_department_id ON signup_profiles (department_id);

CREATE TABLE tokens (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	code TEXT NOT NULL,
	code_digest TEXT NOT NULL,
	nickname TEXT,
	content_id INTEGER NOT NULL,
	creates TEXT NOT NULL,
	use_limit INTEGER,
	uses INTEGER DEFAULT '0' NOT NULL,
	expires_at TEXT,
	is_active INTEGER NOT NULL,
	domains_json TEXT,
	created_at TEXT NOT NULL,
	run_id INTEGER,
	version INTEGER DEFAULT '1' NOT NULL,
	CONSTRAINT creates_known CHECK (creates IN ('staff', 'client', 'prospect')),
	CONSTRAINT limit_positive CHECK (use_limit >= 1),
	CONSTRAINT uses_count CHECK (uses >= 0),
	CONSTRAINT uses_not_oversold CHECK (use_limit IS NULL OR uses <= use_limit),
	UNIQUE (code_digest),
	FOREIGN KEY(content_id) REFERENCES content_items (id)
)
 STRICT;

CREATE INDEX ix_tokens_content_id ON tokens (content_id);

CREATE TABLE training_enrollments (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	user_id INTEGER NOT NULL,
	training_id INTEGER NOT NULL,
	session_id INTEGER,
	is_preselected INTEGER NOT NULL,
	side TEXT NOT NULL,
	access_at TEXT NOT NULL,
	enrolled_at TEXT NOT NULL,
	canceled_at TEXT,
	answer TEXT,
	answered_at TEXT,
	points INTEGER,
	certificate TEXT,
	result_at TEXT,
	moves INTEGER DEFAULT '0' NOT NULL,
	calendar_uid TEXT DEFAULT '' NOT NULL,
	organizer_address TEXT,
	CONSTRAINT side_known CHECK (side IN ('administrator', 'learner')),
	CONSTRAINT answer_known CHECK (answer IN ('confirmed', 'declined')),
	CONSTRAINT preselected_session_named CHECK (session_id IS NOT NULL OR NOT is_preselected),
	CONSTRAINT answered_when CHECK ((answer IS NULL) = (answered_at IS NULL)),
	CONSTRAINT result_when CHECK ((result_at IS NULL) = (points IS NULL AND certificate IS NULL)),
	CONSTRAINT points_count CHECK (points >= 0),
	CONSTRAINT moves_count CHECK (moves >= 0),
	FOREIGN KEY(session_id, training_id) REFERENCES training_sessions (id, training_id),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	FOREIGN KEY(training_id) REFERENCES trainings (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_training_enrollments_training_id ON training_enrollments (training_id);

CREATE INDEX ix_training_enrollments_user_id ON training_enrollments (user_id);

CREATE UNIQUE INDEX training_enrollments_alive ON training_enrollments (user_id, training_id) WHERE canceled_at IS NULL;

CREATE INDEX training_enrollments_by_session ON training_enrollments (session_id);

CREATE UNIQUE INDEX training_enrollments_by_uid ON training_enrollments (calendar_uid);

CREATE TABLE training_openings (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	training_id INTEGER NOT NULL,
	opening TEXT NOT NULL,
	type TEXT,
	group_id INTEGER,
	department_id INTEGER,
	CONSTRAINT opening_known CHECK (opening IN ('type', 'department', 'group', 'everybody')),
	CONSTRAINT type_known CHECK (type IN ('staff', 'client', 'prospect')),
	CONSTRAINT type_named CHECK ((opening = 'type') = (type IS NOT NULL)),
	CONSTRAINT group_named CHECK ((opening = 'group') = (group_id IS NOT NULL)),
	CONSTRAINT department_named CHECK ((opening = 'department') = (department_id IS NOT NULL)),
	UNIQUE (training_id, type),
	UNIQUE (training_id, group_id),
	UNIQUE (training_id, department_id),
	FOREIGN KEY(training_id) REFERENCES trainings (id) ON DELETE CASCADE,
	FOREIGN KEY(group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
	FOREIGN KEY(department_id) REFERENCES departments (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_training_openings_department_id ON training_openings (department_id);

CREATE INDEX ix_training_openings_group_id ON training_openings (group_id);

CREATE UNIQUE INDEX training_openings_everybody ON training_openings (training_id) WHERE opening = 'everybody';

CREATE TABLE training_sessions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	training_id INTEGER NOT NULL,
	code TEXT NOT NULL,
	code_key TEXT NOT NULL,
	title TEXT,
	instructor TEXT,
	capacity INTEGER,
	taken INTEGER DEFAULT '0' NOT NULL,
	over_capacity INTEGER DEFAULT '0' NOT NULL,
	canceled_at TEXT,
	created_at TEXT NOT NULL,
	version INTEGER DEFAULT '1' NOT NULL,
	CONSTRAINT capacity_positive CHECK (capacity >= 1),
	CONSTRAINT places_count CHECK (taken >= 0 AND over_capacity >= 0),
	CONSTRAINT places_not_oversold CHECK (capacity IS NULL OR taken <= capacity + over_capacity),
	UNIQUE (training_id, code_key),
	UNIQUE (id, training_id),
	FOREIGN KEY(training_id) REFERENCES trainings (id) ON DELETE CASCADE
)
 STRICT;

CREATE TABLE trainings (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	code TEXT NOT NULL,
	code_key TEXT NOT NULL,
	title TEXT NOT NULL,
	type TEXT NOT NULL,
	description TEXT NOT NULL,
	department_id INTEGER NOT NULL,
	organizer_id INTEGER,
	time_zone TEXT NOT NULL,
	registration_amount INTEGER,
	registration_unit TEXT,
	cancellation_amount INTEGER,
	cancellation_unit TEXT,
	is_locked INTEGER NOT NULL,
	is_telling_supervisors INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	version INTEGER DEFAULT '1' NOT NULL,
	CONSTRAINT type_known CHECK (type IN ('meeting', 'webinar')),
	CONSTRAINT registration_unit_known CHECK (registration_unit IN ('h', 'd', 'w', 'mo')),
	CONSTRAINT cancellation_unit_known CHECK (cancellation_unit IN ('h', 'd', 'w', 'mo')),
	CONSTRAINT registration_distance CHECK (registration_amount BETWEEN 1 AND 9999),
	CONSTRAINT cancellation_distance CHECK (cancellation_amount BETWEEN 1 AND 9999),
	CONSTRAINT registration_whole CHECK ((registration_amount IS NULL) = (registration_unit IS NULL)),
	CONSTRAINT cancellation_whole CHECK ((cancellation_amount IS NULL) = (cancellation_unit IS NULL)),
	UNIQUE (code_key),
	FOREIGN KEY(department_id) REFERENCES departments (id),
	FOREIGN KEY(organizer_id) REFERENCES users (id) ON DELETE SET NULL
)
 STRICT;

CREATE INDEX ix_trainings_department_id ON trainings (department_id);

CREATE INDEX ix_trainings_organizer_id ON trainings (organizer_id);

CREATE TABLE user_groups (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	department_id INTEGER NOT NULL,
	UNIQUE (name_key),
	FOREIGN KEY(department_id) REFERENCES departments (id)
)
 STRICT;

CREATE INDEX ix_user_groups_department_id ON user_groups (department_id);

CREATE TABLE user_names (
	"key" TEXT NOT NULL,
	user_id INTEGER NOT NULL,
	PRIMARY KEY ("key"),
	FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
 STRICT;

CREATE INDEX ix_user_names_user_id ON user_names (user_id);

CREATE TABLE users (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	login TEXT NOT NULL,
	login_key TEXT NOT NULL,
	email TEXT,
	email_key TEXT,
	first_name TEXT NOT NULL,
	last_name TEXT NOT NULL,
	type TEXT NOT NULL,
	status TEXT NOT NULL,
	department_id INTEGER NOT NULL,
	supervisor_mode TEXT NOT NULL,
	supervisor_id INTEGER,
	origin TEXT NOT NULL,
	origin_detail TEXT,
	created_at TEXT NOT NULL,
	policy_accepted_at TEXT,
	expires_at TEXT,
	due_status TEXT,
	due_at TEXT,
	version INTEGER DEFAULT '1' NOT NULL,
	away_at TEXT,
	CONSTRAINT type_known CHECK (type IN ('staff', 'client', 'prospect')),
	CONSTRAINT status_known CHECK (status IN ('pending', 'active', 'inactive', 'ended')),
	CONSTRAINT origin_known CHECK (origin IN ('administrator', 'import', 'open-link', 'profile', 'token')),
	CONSTRAINT supervisor_mode_known CHECK (supervisor_mode IN ('own', 'none', 'inherited')),
	CONSTRAINT pending_expires CHECK ((status = 'pending') = (expires_at IS NOT NULL)),
	CONSTRAINT due_is_whole CHECK ((due_status IS NULL) = (due_at IS NULL)),
	CONSTRAINT own_supervisor_only CHECK ((supervisor_mode = 'own') OR supervisor_id IS NULL),
	UNIQUE (login_key),
	UNIQUE (email_key),
	FOREIGN KEY(department_id) REFERENCES departments (id),
	FOREIGN KEY(supervisor_id) REFERENCES users (id) ON DELETE SET NULL
)
 STRICT;

CREATE INDEX ix_users_department_id ON users (department_id);

CREATE INDEX ix_users_supervisor_id ON users (supervisor_id);

CREATE INDEX users_due ON users (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX users_expiring ON users (expires_at) WHERE expires_at IS NOT NULL;

CREATE INDEX users_not_active ON users (status) WHERE status <> 'active';

CREATE INDEX users_not_imported ON users (origin, login_key) WHERE origin <> 'import';
